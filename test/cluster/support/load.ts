// Owns a steady load on a cluster, and its figures: clients that start a task, wait for its answer, and
// start the next, whatever dies meanwhile. What was accepted, and when, is told by phases.
import type { TaskClient } from "../../../testing/index.ts";
import { persist } from "./persist.ts";

export interface Load {
  /** From now on what is accepted counts for this. */
  phase(name: string): void;
  /** Resolves once this many more tasks have been answered. Rejects when no more are. */
  answered(more: number): Promise<void>;
  /** Lets every client end with its task; resolves to the IDs of all tasks. */
  stop(): Promise<readonly string[]>;
  /** A line for each phase. */
  report(): readonly string[];
}

export interface LoadOptions {
  readonly clients: number;
  /** Begins the IDs of its tasks. */
  readonly name: string;
  /** What the task is told after its ID. */
  readonly plan: string;
  /** Written down, for what is checked in the end. */
  readonly task: (id: string) => TaskClient;
  /** Not written down, for waiting. */
  readonly watch: (id: string) => TaskClient;
}

interface Phase {
  readonly name: string;
  readonly from: number;
  /** When each start was accepted, and how long that took. */
  readonly accepted: { readonly at: number; readonly tookMs: number }[];
  answers: number;
}

export function startLoad({ clients, name, plan, task, watch }: LoadOptions): Load {
  const ids: string[] = [];
  const phases: Phase[] = [phaseOf("before")];
  const now = () => phases.at(-1) as Phase;
  const state: { stopping: boolean; answers: number; failure?: Error } = {
    stopping: false,
    answers: 0,
  };
  const one = async (): Promise<void> => {
    const id = `${name}-${ids.length}`;
    ids.push(id);
    const began = Date.now();
    await persist(() => task(id).start(`${id}\n${plan}`));
    now().accepted.push({ at: Date.now(), tookMs: Date.now() - began });
    await persist(async () => {
      const { status } = await watch(id).status();
      if (status !== "idle") throw new Error(`${id} is ${status}`);
    });
    now().answers += 1;
    state.answers += 1;
  };
  const work = async (): Promise<void> => {
    while (!state.stopping && state.failure === undefined) await one();
  };
  const running = Array.from({ length: clients }, () =>
    work().catch((error: unknown) => {
      state.failure ??= new Error("a task of the load was not answered", { cause: error });
    }),
  );
  return {
    phase: (phase) => phases.push(phaseOf(phase)),
    async answered(more) {
      const wanted = state.answers + more;
      await persist(async () => {
        if (state.answers < wanted) throw new Error(`${state.answers} tasks were answered`);
      });
    },
    async stop() {
      state.stopping = true;
      await Promise.all(running);
      if (state.failure !== undefined) throw state.failure;
      phases.push(phaseOf("end"));
      return ids;
    },
    report: () => reportOf(phases),
  };
}

function phaseOf(name: string): Phase {
  return { name, from: Date.now(), accepted: [], answers: 0 };
}

function reportOf(phases: readonly Phase[]): readonly string[] {
  return phases.slice(0, -1).map((phase, index) => {
    const { name, from, accepted, answers } = phase;
    const to = phases[index + 1]?.from ?? Date.now();
    const seconds = (to - from) / 1_000;
    const times = [from, ...accepted.map(({ at }) => at), to];
    const gap = Math.max(...times.slice(1).map((at, before) => at - (times[before] ?? at)));
    const slowest = Math.max(0, ...accepted.map(({ tookMs }) => tookMs));
    return [
      name.padEnd(28),
      `${seconds.toFixed(1).padStart(6)} s`,
      `${(accepted.length / seconds).toFixed(1).padStart(6)} accepted/s`,
      `${(answers / seconds).toFixed(1).padStart(6)} answered/s`,
      `longest gap ${(gap / 1_000).toFixed(1)} s`,
      `slowest ${(slowest / 1_000).toFixed(1)} s`,
    ].join("  ");
  });
}
