// Owns one task in the memory of a process: its head, its log, and the queue by which one
// handler after the other changes it, as on the agent object (L1).
import type { AgentDefinition } from "../../contract/agent.ts";
import type { ChildNotice } from "../../contract/child.ts";
import type { EventBody, Release, TaskEvent } from "../../contract/event.ts";
import type { CallModel, EstimateCall, FindApprovalTerms } from "../../contract/port.ts";
import type { AskToExtend } from "../../core/budget/settings.ts";
import { noticeOf, withNotice } from "../../core/child/note-parent.ts";
import { sealEvent } from "../../core/log.ts";
import { reduce } from "../../core/reduce.ts";
import type { TaskHead } from "../../core/task-head.ts";
import type { MemoryApprovals } from "./memory-approvals.ts";
import type { MemoryInbox } from "./memory-inbox.ts";
import type { MemoryKin } from "./memory-kin.ts";
import type { MemoryBudgets } from "./memory-budgets.ts";
import type { MemoryTools } from "./memory-tools.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** What a task works with. */
export interface MemoryDeps {
  readonly agent: AgentDefinition;
  /** SHA-256 of the agent's manifest. */
  readonly manifest: string;
  readonly release: Release;
  readonly clock: VirtualClock;
  readonly callModel: CallModel;
  /** Where there are budgets; absent, nothing is reserved. */
  readonly estimateCall?: EstimateCall;
  readonly budgets?: MemoryBudgets;
  readonly askToExtend?: AskToExtend;
  readonly tools: MemoryTools;
  readonly approvals: MemoryApprovals;
  readonly inbox: MemoryInbox;
  readonly family: MemoryKin;
  readonly approvalTerms: FindApprovalTerms;
  /** Where there is an audit sink: it is told that the log has grown. */
  readonly noteAudit?: (() => void) | undefined;
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

/** `onEvent` hears of each event once it is in the log, with the head before it; `onBroken` of what a handler threw. */
export function createMemoryTask(
  deps: MemoryDeps,
  head: TaskHead,
  {
    onEvent,
    onBroken,
  }: {
    readonly onEvent: (event: TaskEvent, before: TaskHead) => void;
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
      let notices: readonly ChildNotice[] = [];
      for (const body of events) {
        const event = sealEvent(task.head, body, task.clock.now());
        const before = task.head;
        task.head = reduce(before, event);
        task.log.push(event);
        onEvent(event, before);
        const notice = noticeOf(task.head, event, task.agent.output !== undefined);
        if (notice !== undefined) notices = withNotice(notices, notice);
      }
      for (const notice of notices) task.family.tellParent(task.head, notice);
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
