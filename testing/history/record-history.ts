// Owns writing a history down: clients of tasks that note each call and its answer, and the notes of
// the outside. Decides nothing about what is allowed.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { BudgetView } from "../../contract/budget.ts";
import { digestOf } from "../../core/digest.ts";
import type { TaskClient } from "../task-client.ts";
import { collectTasks } from "./collect-tasks.ts";
import type { History, HistoryEffect, HistoryOperation, ToolRule } from "./history.ts";
import { watchClient } from "./watch-client.ts";

export interface HistoryOptions {
  /** Whose tools are witnessed: each that changes something tells `arrived`, at its other side. */
  readonly agents: readonly AgentDefinition[];
  /** How a task is spoken to; also the children that the tasks' logs name. */
  readonly connect: (agent: string, taskId: string) => TaskClient;
  /** Milliseconds; by default a clock that never goes back. */
  readonly now?: () => number;
}

/** A request as the other side of a tool gets it. */
export interface ArrivedEffect {
  readonly tool: string;
  /** The tool's idempotency key. */
  readonly key: string;
  /** The tool's input, as it was given to `execute`. */
  readonly input: unknown;
  /** It undoes what `execute` did; `key` and `input` are those that `compensate` was given. */
  readonly undo?: boolean;
  /** The other side knew the key and does nothing. */
  readonly repeated?: boolean;
}

export interface HistoryRecorder {
  /** A client of this task whose calls are written down. */
  task(agent: string, taskId: string): TaskClient;
  /** To be called where the effect happens, right before the world changes. */
  arrived(effect: ArrivedEffect): void;
  /** A budget as it is shown at this moment. */
  sawBudget(view: BudgetView): void;
  /** How many operations and effects there are so far. */
  size(): { readonly operations: number; readonly effects: number };
  /**
   * Reads every task, and children of children, and gives the whole. Rejects when a task moves on
   * all the while. `leftovers` are told by who can look for them.
   */
  history(found?: { readonly leftovers?: readonly string[] }): Promise<History>;
}

/** Writes down what clients do and what happens outside, for `checkHistory`. */
export function recordHistory(options: HistoryOptions): HistoryRecorder {
  const { agents, connect, now = steadyNow } = options;
  const operations = new Map<number, HistoryOperation>();
  const effects: HistoryEffect[] = [];
  const budgets: BudgetView[] = [];
  const known = new Map<string, { readonly agent: string; readonly taskId: string }>();
  let calls = 0;
  return {
    task: (agent, taskId) => {
      known.set(JSON.stringify([agent, taskId]), { agent, taskId });
      return watchClient({
        client: connect(agent, taskId),
        agent,
        now,
        number: () => (calls += 1),
        note: (operation) => operations.set(operation.n, operation),
      });
    },
    arrived: ({ tool, key, input, undo = false, repeated = false }) => {
      const n = effects.length + 1;
      const argumentsDigest = digestOf(input);
      const verb = undo ? "undo" : "do";
      effects.push({ n, tool, verb, key, argumentsDigest, calledAt: now(), done: !repeated });
    },
    sawBudget: (view) => budgets.push(view),
    size: () => ({ operations: operations.size, effects: effects.length }),
    history: async ({ leftovers = [] } = {}) => ({
      tools: rulesOf(agents),
      operations: [...operations.values()],
      tasks: await collectTasks([...known.values()], connect),
      effects,
      budgets,
      leftovers,
    }),
  };
}

function steadyNow(): number {
  return performance.timeOrigin + performance.now();
}

/** What the definitions say; written out here, so that a table gone wrong is noticed. */
function rulesOf(agents: readonly AgentDefinition[]): Readonly<Record<string, ToolRule>> {
  const tools = agents.flatMap((agent) => agent.tools);
  return Object.fromEntries(
    tools
      .filter(({ effect, wait }) => effect !== "read" && wait === undefined)
      .map(({ name, effect, approval, idempotency }) => [
        name,
        { effect, approval: approval !== "never", fenced: idempotency === "none" },
      ]),
  );
}
