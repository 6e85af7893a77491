// Owns a durable engine in memory that loses processes: each action is recorded, or the process
// dies before it or before its record, or stands still and runs it later, when another one has
// taken its place. Clocks move forward only; the monotonic one may stand still with the machine.
import type { ToolRequest, ToolResponse } from "../../../contract/tool.ts";
import type { Clock } from "../../../services/tool-host/deadline.ts";
import { executeTool } from "../../../services/tool-host/execute-tool.ts";
import type { Steps } from "../../../services/tool-host/steps.ts";
import type { ToolHost } from "../../../services/tool-host/tool-host.ts";

export interface Fate {
  readonly of: "recorded" | "dies-before" | "dies-after" | "stands-still";
  /** Who takes the invocation up where it was lost. */
  readonly next: number;
  /** Time that passes first. */
  readonly ms: number;
  /** Time for which the machine is suspended first. */
  readonly suspendedMs: number;
  /** Whoever stands still wakes before the next one begins. */
  readonly wakes: boolean;
}

export interface SimulatedClock extends Clock {
  pass(ms: number, suspendedMs?: number): void;
}

export function simulatedClock(): SimulatedClock {
  let wall = 1_000_000;
  let monotonic = 0;
  return {
    now: () => wall,
    monotonic: () => monotonic,
    pass(ms, suspendedMs = 0) {
      wall += ms + suspendedMs;
      monotonic += ms;
    },
  };
}

/** The invocation is lost to the process that ran it, and taken up again. */
class Lost extends Error {}

export interface Simulation {
  readonly request: ToolRequest;
  readonly clock: SimulatedClock;
  /** One after the other, an action each; those after the last are recorded. */
  readonly fates: readonly Fate[];
  /** A process with an empty memory. */
  readonly boot: () => ToolHost;
  readonly onAnswer: () => void;
}

/** The answer of `execute`, after everybody has woken. */
export async function simulate(simulation: Simulation): Promise<ToolResponse> {
  const { request, boot, onAnswer } = simulation;
  const processes: Processes = { hosts: [boot(), boot()], current: 0, asleep: [] };
  const journal: unknown[] = [];
  const act = actor(simulation, processes);
  for (;;) {
    const host = processes.hosts[processes.current] ?? boot();
    try {
      const answer = await executeTool(host, request, stepsOf(journal, act, simulation.clock));
      onAnswer();
      await wakeAll(processes);
      return answer;
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
    }
  }
}

interface Processes {
  readonly hosts: ToolHost[];
  current: number;
  readonly asleep: (() => Promise<unknown>)[];
}

async function wakeAll({ asleep }: Processes): Promise<void> {
  // Nobody takes in what they make of it.
  for (const wake of asleep.splice(0)) await wake().catch(() => undefined);
}

type Act = (action: () => Promise<unknown>) => Promise<unknown>;

const UNEVENTFUL: Fate = { of: "recorded", next: 0, ms: 1, suspendedMs: 0, wakes: false };

function actor({ fates, clock, boot }: Simulation, processes: Processes): Act {
  let used = 0;
  return async (action) => {
    const fate = fates[used] ?? UNEVENTFUL;
    used += 1;
    clock.pass(fate.ms, fate.suspendedMs);
    if (fate.of === "stands-still") processes.asleep.push(action);
    if (fate.of === "recorded" || fate.of === "dies-after") {
      const value = await valueOf(action);
      if (fate.of === "recorded") return value;
    }
    if (fate.of !== "stands-still") processes.hosts[processes.current] = boot();
    processes.current = fate.next % processes.hosts.length;
    if (fate.wakes) await wakeAll(processes);
    throw new Lost();
  };
}

/** As the journal has it. An outage is tried again, in the same process. */
async function valueOf(action: () => Promise<unknown>): Promise<unknown> {
  try {
    return JSON.parse(JSON.stringify(await action())) as unknown;
  } catch {
    throw new Lost();
  }
}

function stepsOf(journal: unknown[], act: Act, clock: SimulatedClock): Steps {
  const signal = new AbortController().signal;
  let position = 0;
  const step = async (action: () => Promise<unknown>): Promise<unknown> => {
    if (position === journal.length) journal.push(await act(action));
    position += 1;
    return journal[position - 1];
  };
  return {
    run: async <T>(_: string, action: (aborted: AbortSignal) => Promise<T>) =>
      (await step(() => action(signal))) as T,
    sleep: async (ms) => {
      await step(async () => {
        clock.pass(ms);
        return null;
      });
    },
  };
}
