// Owns one task in the memory of a process: its head, its log, and the queue by which one
// handler after the other changes it, as on the agent object (L1).
import type { AgentDefinition } from "../../contract/agent.ts";
import type { ApprovalTerms } from "../../contract/approval.ts";
import type { EventBody, TaskEvent } from "../../contract/event.ts";
import type { CallModel } from "../../contract/port.ts";
import { sealEvent } from "../../core/log.ts";
import { reduce } from "../../core/reduce.ts";
import type { OpenOperation, TaskHead } from "../../core/task-head.ts";
import type { MemoryApprovals } from "./memory-approvals.ts";
import type { MemoryTools } from "./memory-tools.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** What a task works with. */
export interface MemoryDeps {
  readonly agent: AgentDefinition;
  /** SHA-256 of the agent's manifest. */
  readonly manifest: string;
  readonly clock: VirtualClock;
  readonly callModel: CallModel;
  readonly tools: MemoryTools;
  readonly approvals: MemoryApprovals;
  readonly approvalTerms: (call: Pick<OpenOperation, "tool" | "effect">) => ApprovalTerms;
}

export type Interruption = "yield" | "abort";

export interface MemoryTask extends MemoryDeps {
  head: TaskHead;
  readonly log: TaskEvent[];
  /** Commands that wait for their turn: a running segment lets them in. */
  commandsWaiting: number;
  /** Asks the running segment to yield; set while one runs. */
  interrupt: ((kind: Interruption) => void) | undefined;
  /** Takes events into log and head. */
  record(events: readonly EventBody[]): void;
  /** Queues a handler; one runs after the other. What one throws breaks the task for good. */
  enqueue(handler: () => void | Promise<void>): void;
  /** Numbers the made-up ids: `inv_memory_1`. */
  nextId(kind: "inv"): string;
}

/** `onEvent` hears of each event once it is in the log; `onBroken` of what a handler threw. */
export function createMemoryTask(
  deps: MemoryDeps,
  head: TaskHead,
  {
    onEvent,
    onBroken,
  }: {
    readonly onEvent: (event: TaskEvent) => void;
    readonly onBroken: (error: unknown) => void;
  },
): MemoryTask {
  let queue = Promise.resolve();
  let ids = 0;
  const task: MemoryTask = {
    ...deps,
    head,
    log: [],
    commandsWaiting: 0,
    interrupt: undefined,
    record: (events) => {
      for (const body of events) {
        const event = sealEvent(task.head, body, task.clock.now());
        task.head = reduce(task.head, event);
        task.log.push(event);
        onEvent(event);
      }
    },
    enqueue: (handler) => {
      queue = queue.then(handler).catch(onBroken);
    },
    nextId: (kind) => {
      ids += 1;
      return `${kind}_memory_${ids}`;
    },
  };
  return task;
}
