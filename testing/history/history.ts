// Owns what a history is: what clients did and were told, what happened outside, and the tasks as
// they are in the end. All times of operations and effects are one process's, in milliseconds.
import type {
  AskResult,
  CancelResult,
  SendResult,
  StartResult,
  StatusView,
} from "../../contract/api.ts";
import type { BudgetView } from "../../contract/budget.ts";
import type { DecisionKind } from "../../contract/approval.ts";
import type { EffectClass } from "../../contract/effect-class.ts";
import type { TaskEvent } from "../../contract/event.ts";
import type { PublishResult } from "../../contract/inbox.ts";
import type { TaskStatus } from "../../contract/status.ts";

interface MessageSaid {
  readonly messageId: string;
  /** As the log has it: SHA-256 over what the caller wrote. */
  readonly digest: string;
}

/** Kind to what was said, and what was answered. */
interface OperationData {
  start: [said: MessageSaid, answer: Pick<StartResult, "taskUid" | "created">];
  send: [said: MessageSaid, answer: Pick<SendResult, "taskUid" | "result">];
  ask: [said: MessageSaid, answer: Pick<AskResult, "taskUid" | "turn">];
  decide: [
    said: {
      readonly approvalId: string;
      readonly digest: string;
      readonly decision: DecisionKind;
      readonly via: "decide" | "awakeable";
    },
    answer: true,
  ];
  cancel: [said: object, answer: Pick<CancelResult, "result">];
  publish: [
    said: { readonly topic: string; readonly key: string; readonly eventId: string },
    answer: Pick<PublishResult, "result" | "waits">,
  ];
  /** The log is a register: `cursor` is the position of its last entry, `hash` that one's. */
  read: [
    said: object,
    answer: { readonly cursor: number; readonly status?: TaskStatus; readonly hash?: string },
  ];
  /** Any other verb. */
  verb: [said: { readonly verb: string }, answer: true];
}

export type OperationKind = keyof OperationData;

interface OperationBase {
  /** From 1, in the order in which they were called. */
  readonly n: number;
  readonly agent: string;
  readonly taskId: string;
  readonly calledAt: number;
  /** Absent where no answer came: it was done, or not, or will be. */
  readonly returnedAt?: number;
  /** The code of the refusal that was the answer. */
  readonly refused?: string;
}

/** One call of a client. With an `answer` it was accepted. */
export type OperationOf<Kind extends OperationKind> = OperationBase & {
  readonly kind: Kind;
  readonly said: OperationData[Kind][0];
  readonly answer?: OperationData[Kind][1];
};
export type HistoryOperation = { [Kind in OperationKind]: OperationOf<Kind> }[OperationKind];

/** A request that reached the other side of a tool. */
export interface HistoryEffect {
  /** From 1, in the order in which they arrived. */
  readonly n: number;
  readonly tool: string;
  readonly verb: "do" | "undo";
  /** The idempotency key that it came with. */
  readonly key: string;
  /** SHA-256 of the canonical JSON of its input. */
  readonly argumentsDigest: string;
  readonly calledAt: number;
  /** Whether the world changed; not so where the other side knew the key. */
  readonly done: boolean;
}

/** A task as it is in the end. */
export interface HistoryTask {
  readonly agent: string;
  readonly taskId: string;
  readonly view: StatusView;
  readonly log: readonly TaskEvent[];
}

/** What holds of a tool that changes something. */
export interface ToolRule {
  readonly effect: EffectClass;
  /** A person must have approved the exact call. */
  readonly approval: boolean;
  /** The other side takes no keys: it is asked once for each operation. */
  readonly fenced: boolean;
}

export interface History {
  /** By name: the tools whose other side is witnessed, all that change something. */
  readonly tools: Readonly<Record<string, ToolRule>>;
  readonly operations: readonly HistoryOperation[];
  readonly effects: readonly HistoryEffect[];
  /** Every task that was started, and their children. */
  readonly tasks: readonly HistoryTask[];
  /** Budgets as they were shown now and then. */
  readonly budgets: readonly BudgetView[];
  /** What was still there when nothing should be: one line for each thing. */
  readonly leftovers: readonly string[];
}
