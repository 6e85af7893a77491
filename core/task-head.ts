// Owns the form of a task's head: the state of constant size from which core/ decides what
// happens next. It never holds content; that is in the task log, by position.
import type { BudgetParent } from "../contract/budget-parent.ts";
import type { ParentTask } from "../contract/child.ts";
import type { Hold, SettlementReport } from "../contract/control-view.ts";
import type { CallPosition, CompensationReport } from "../contract/event.ts";
import type { EffectClass } from "../contract/effect-class.ts";
import type { Preserved } from "../contract/erasure-view.ts";
import type { TaskStatus } from "../contract/status.ts";
import type { BlockCode } from "../contract/tool.ts";
import type { Stuck } from "../contract/watch.ts";
import type { ApprovalPart } from "./approval/approval-part.ts";
import type { Review, TurnRecord } from "./review/review-state.ts";
import type { TaskBudget } from "./task-budget.ts";
import type { ChildPart, WaitPart } from "./wait/wait-part.ts";

export const HEAD_VERSION = 1;

/** Where an operation stands. `issued` may be in flight; issuing it again attaches (L3). */
export type OperationState =
  | "ready"
  | "issued"
  /** The tool is asked what the call would touch, before a person is asked. */
  | "proposing"
  | "approval-requested"
  | "approval-open"
  /** The effect may have happened: never issued again. `reconcile` or a person has to say (F1). */
  | "unknown"
  /** The tool's service did nothing: issued again as a new attempt, later. */
  | "blocked"
  /** For a time, an event, an answer or a child; no tool is called. */
  | "waiting";

/** What is known of an unknown outcome. All times are in milliseconds since the epoch. */
export interface Doubt {
  readonly reason: string;
  /** Until then an attempt may still act: "not applied" counts only when it is said after it. */
  readonly notBefore?: number;
  /** Questions that `reconcile` has answered. */
  readonly asked: number;
  /** When it is asked next; absent when only a person can say. */
  readonly askAt?: number;
  /** Where the log has a person's statement that it was not applied. */
  readonly statedSeq?: number;
}

export interface Block {
  readonly code: BlockCode;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly retryAt: number;
}

/** A tool call that has no recorded outcome yet. */
export interface OpenOperation extends CallPosition {
  readonly attempt: number;
  readonly state: OperationState;
  readonly toolVersion: string;
  readonly effect: EffectClass;
  readonly argumentsDigest: string;
  /** What one attempt costs, in micro-units; absent is nothing. */
  readonly price?: number;
  /** Position of the event that holds its arguments: the model's answer, or a person's edit. */
  readonly answerSeq: number;
  /** When it got this state (`issued` keeps the time of `ready`), ms since the epoch. */
  readonly since: number;
  /** It is executed only under an approval: without one it is proposed first. */
  readonly gated?: true;
  /** How often a person was asked about this operation id. */
  readonly requests?: number;
  readonly approval?: ApprovalPart;
  /** Position of the `approval.stale` that the next request follows. */
  readonly staleSeq?: number;
  /** Only in state `unknown`. */
  readonly doubt?: Doubt;
  /** Only in state `blocked`. */
  readonly block?: Block;
  /** Only in state `waiting`. */
  readonly wait?: WaitPart;
  /** How often in a row it was blocked. */
  readonly blocks?: number;
  /** Attempts that provably had no effect. */
  readonly failures?: number;
}

export interface Compensation extends CompensationReport {
  readonly for: "cancel" | "rollback";
  /** The next effect could not be undone yet, so many times in a row. */
  readonly blocked?: Block & { readonly times: number };
}

/** How often one call was asked for in this turn without any change in between (F7). */
export interface RepeatedCall {
  readonly key: string;
  readonly count: number;
  readonly resultDigest?: string;
}

/** A message, and where the log has it. */
export interface PlacedMessage {
  readonly messageId: string;
  readonly seq: number;
}

export interface TurnState extends TurnRecord {
  /** From 1; 0 before the first. */
  readonly number: number;
  readonly open: boolean;
  /** Model calls answered in this turn. */
  readonly steps: number;
  /** Milliseconds that its tool calls and its answered model calls took. */
  readonly activeMs: number;
  readonly unusable: number;
  /** 2 after a truncated answer (F9). */
  readonly room: 1 | 2;
  readonly repeats: readonly RepeatedCall[];
  /** Provider failures in a row. */
  readonly providerFailures: number;
  /** Position of the message that opened it. */
  readonly openSeq?: number;
  /** Who sent its messages, each person once; MAX_TURN_PERSONS at most, and then `crowded`. */
  readonly persons?: readonly string[];
  readonly crowded?: true;
  /** A call of this tool, which ends the task, succeeded. */
  readonly endedBy?: string;
  /** How long after it was due a wait's end was taken in, where that is too late (R40). */
  readonly lateMs?: number;
  /** A message has interrupted it: what is open is settled and not made any more. */
  readonly interrupted?: true;
  /** The model has answered, and is asked again once something comes of what is in the background. */
  readonly rests?: true;
  /** Messages that the model has not answered since they came. Absent is none. */
  readonly unread?: number;
  /** Of those, the first and the last: what a lost segment may be due to. */
  readonly suspects?: readonly PlacedMessage[];
  /** Its only message was quarantined: there is nothing to try again. */
  readonly empty?: true;
  /** Of a child: the parent's call that has asked for it. */
  readonly asked?: string;
}

/** An awakeable that is resolved with the answer of a turn. */
export interface Listener {
  readonly awakeableId: string;
  readonly turn: number;
  /** Of a message that is kept: its number. Its turn is not known yet. */
  readonly queued?: number;
}

export interface TaskHead {
  readonly v: typeof HEAD_VERSION;
  readonly taskUid: string;
  readonly taskId: string;
  readonly agent: string;
  readonly agentVersion: string;
  readonly owner?: string;
  /** Who answers for the task when its owner cannot. */
  readonly escalation?: string;
  readonly tenant?: string;
  /** Of a child: the task whose budget it draws on. */
  readonly budgetParent?: BudgetParent;
  readonly parent?: ParentTask;
  /** Absent is none. */
  readonly children?: readonly ChildPart[];
  /** What the task was given, under a key of its own; absent: every tool that its agent declares. */
  readonly grants?: { readonly count: number; readonly digest: string };
  /** Of the policy set that judged the last calls. */
  readonly policyVersion?: string;
  /** Digest of what `start` was given; the same again is the same task (F28). */
  readonly inputDigest: string;
  readonly status: TaskStatus;
  readonly reason?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When it got its status, and when it last made progress; absent in old heads. */
  readonly since?: number;
  readonly progressAt?: number;
  /** It does not move, which was noticed; until it makes progress (R67). */
  readonly stuck?: Stuck;
  /** The last thing that went wrong in this turn: where the log has it, and the step. */
  readonly lastError?: { readonly seq: number; readonly at: number; readonly step: number };
  /** The log: position of the next event, and hash of the last. */
  readonly nextSeq: number;
  readonly hash: string;
  /** Of the log's entries; nothing else may show it. Absent where the log cannot be erased. */
  readonly salt?: string;
  /** What its log refers to in the artifact store; absent is nothing. */
  readonly artifacts?: { readonly count: number; readonly bytes: number };
  /** How many entries have left the state, and the bytes of the volumes that they are; absent is none. */
  readonly archived?: { readonly entries: number; readonly bytes: number };
  /** Its content is erased up to the entry that says so. */
  readonly erased?: { readonly seq: number; readonly at: number };
  /** It may not be erased. */
  readonly preserved?: Preserved;
  /** Number of the last step; 0 before the first. */
  readonly step: number;
  readonly turn: TurnState;
  readonly operations: readonly OpenOperation[];
  /** It comes to its end: as cancelled, or as `ending` says. */
  readonly cancelling: boolean;
  readonly ending?: "retired";
  /** A person keeps it from going on. */
  readonly hold?: Hold;
  /** Messages kept for later turns, by number: from `first` up to before `next`. */
  readonly queue?: { readonly first: number; readonly next: number };
  /** Messages that no segment got past; few. Absent is none. */
  readonly quarantined?: readonly PlacedMessage[];
  /** A segment of the last turn was lost, and another took over (R66). */
  readonly resumed?: { readonly at: number; readonly cause: string; readonly times: number };
  /** Effects that were made and not undone. Absent is none. */
  readonly applied?: number;
  /** While it comes to its end: what was settled so far. */
  readonly settling?: Pick<SettlementReport, "cancelled" | "operations" | "children">;
  /** What it left when it ended. */
  readonly settlement?: SettlementReport;
  /** Applied effects that can be undone; each has a row in the state. Absent is none. */
  readonly effects?: number;
  /** While effects are undone, last first: what became of those before. */
  readonly compensation?: Compensation;
  /** Absent: it never reserved anything. */
  readonly budget?: TaskBudget;
  /** The answer of the turn is held back until a person has released it. */
  readonly review?: Review;
  /** Segments in a row that were lost without a recorded step. */
  readonly lostSegments: number;
  /** Counts parks, so that a timer of an earlier one is known to be stale. */
  readonly park: {
    readonly number: number;
    readonly wakeAt?: number;
    /** The invocation that wakes it then: a mark of the shell, which takes it back. */
    readonly timer?: string;
  };
  readonly segment: {
    /** Of the last that started. */
    readonly number: number;
    /** Between its start and its end. */
    readonly open: boolean;
    /** The next one is on its way. At most one is (L5). */
    readonly queued: boolean;
    readonly invocationId?: string;
  };
  /** Those who `ask` and wait for a turn to end; the oldest gives way. */
  readonly listeners: readonly Listener[];
  readonly usage: {
    readonly modelCalls: number;
    readonly toolCalls: number;
    readonly inputTokens: number;
    readonly outputTokens: number;
  };
}

/** Thrown for state that a newer version of the code has written: nothing may overwrite it (F22). */
export interface NewerState {
  readonly newer: number;
}

/**
 * Brings a stored head to today's form (L13), or says that it is newer than this code.
 * Versions that can be read: 1.
 */
export function upcastHead(stored: { readonly v: number }): TaskHead | NewerState {
  if (stored.v > HEAD_VERSION) return { newer: stored.v };
  return stored as TaskHead;
}

export const NO_TURN: TurnState = {
  number: 0,
  open: false,
  steps: 0,
  activeMs: 0,
  unusable: 0,
  room: 1,
  repeats: [],
  providerFailures: 0,
};

/** The head once its ready calls are on their way. */
export function markIssued(head: TaskHead, only?: ReadonlySet<string>): TaskHead {
  // Under a hold outcomes are taken in, and nothing is begun.
  if (head.hold !== undefined) return head;
  const operations = head.operations.map((each): OpenOperation => {
    const due = each.state === "ready" && (only === undefined || only.has(each.operationId));
    return due ? { ...each, state: "issued" } : each;
  });
  return { ...head, operations };
}

/** The head while a segment works on the task: no wait is over it any more. */
export function markRunning(head: TaskHead): TaskHead {
  const { reason: _, ...rest } = head;
  const status = head.cancelling ? "cancelling" : (head.hold?.kind ?? "running");
  const held = head.hold === undefined ? {} : { reason: head.hold.reason };
  return { ...rest, ...held, status, park: { number: head.park.number } };
}
