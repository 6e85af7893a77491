// Owns the run of agents without Restate: the same definitions, the same decisions of core/, the
// same model caller and tool host, with artifacts, log and waits in this process and virtual
// time (L2, R21). Nothing of it outlives the process.
import type { ArtifactStore } from "../contract/artifact.ts";
import { DEFAULT_INLINE_LIMIT_BYTES } from "../contract/artifact.ts";
import type { BudgetView, LimitChangeInput } from "../contract/budget.ts";
import { createMemoryArtifactStore } from "../services/artifacts/memory-artifact-store.ts";
import type { InMemoryOptions } from "./memory/in-memory-options.ts";
import type { MemoryBudgets } from "./memory/memory-budgets.ts";
import { createFamily } from "./memory/memory-family.ts";
import type { VirtualClock } from "./memory/virtual-clock.ts";
import { createVirtualClock } from "./memory/virtual-clock.ts";
import type { TaskClient } from "./task-client.ts";

export type { InMemoryOptions } from "./memory/in-memory-options.ts";

/**
 * A task in memory. Time moves only while `ask`, `until` or `clock.advance` wait, and then
 * jumps: a timer of 30 days takes no time.
 */
export interface InMemoryTask extends TaskClient {
  readonly clock: VirtualClock;
  readonly artifacts: ArtifactStore;
  /** Of the runner's own, by their keys (docs/budgets.md). */
  readonly budgets: BudgetClient;
  /** A child task, as `status().children` and the log name it. */
  child(agent: string, taskId: string): TaskClient;
}

/** As the public handlers of `holdfast.budget`. Rejects where the runner was given no budgets. */
export interface BudgetClient {
  show(key: string): Promise<BudgetView>;
  limit(key: string, change: LimitChangeInput): Promise<BudgetView>;
}

/** A task of this agent, not started yet. */
export function runInMemory(options: InMemoryOptions): InMemoryTask {
  const { agent, taskId = "in-memory", clock = createVirtualClock() } = options;
  const artifacts = options.artifacts ?? createMemoryArtifactStore();
  const inlineLimitBytes = options.inlineLimitBytes ?? DEFAULT_INLINE_LIMIT_BYTES;
  const agents = [agent, ...(options.children ?? [])];
  const { clientOf, budgets } = createFamily(
    { ...options, artifacts, inlineLimitBytes, clock },
    agents,
  );
  const client = clientOf(agent.name, taskId);
  return { ...client, clock, artifacts, budgets: budgetClient(budgets, clock), child: clientOf };
}

function budgetClient(budgets: MemoryBudgets | undefined, clock: VirtualClock): BudgetClient {
  const kept = async (): Promise<MemoryBudgets> => {
    await clock.settled();
    if (budgets === undefined) throw new Error("the runner was given no budgets");
    return budgets;
  };
  return {
    show: async (key) => (await kept()).show(key),
    limit: async (key, change) => (await kept()).limit(key, change),
  };
}
