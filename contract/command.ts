// Owns what the agent object's private handlers are sent. These are journaled by Restate and
// may wait there across deployments: add optional fields only, or raise COMMAND_VERSION.
import type { ApprovalWake } from "./approval.ts";
import type { StoredText } from "./artifact.ts";
import type { BudgetNotice } from "./budget.ts";
import type { BudgetParent } from "./budget-parent.ts";
import type { AskedByParent, ChildNotice, ParentTask } from "./child.ts";
import type { ControlCommand } from "./control.ts";
import type { EraseCommand, PreserveCommand } from "./erasure.ts";
import type { FollowCommand } from "./follow.ts";
import type { NamedGrant } from "./grant.ts";
import type { EventNotice, NoEventNotice } from "./inbox.ts";
import type { MessageMode, StoredPart } from "./message.ts";
import type { FlagCommand } from "./watch.ts";

export const COMMAND_VERSION = 1;

interface MessageCommand {
  readonly messageId: string;
  readonly parts: readonly StoredPart[];
  /** SHA-256 of the canonical message as the caller wrote it. */
  readonly digest: string;
  readonly from?: string;
  /** An awakeable to resolve with the turn's answer (`ask`). */
  readonly listener?: string;
  /** Absent is `steer`. */
  readonly mode?: MessageMode;
  readonly asked?: AskedByParent;
}

/** Input of `apply`. */
export type Command = { readonly v: typeof COMMAND_VERSION } & (
  | ({
      readonly type: "start";
      readonly owner?: string;
      readonly escalation?: string;
      readonly tenant?: string;
      /** Of a child: the task whose budget it draws on. */
      readonly budgetParent?: BudgetParent;
      readonly parent?: ParentTask;
      /** Of a child: what its parent may do, and so it at most; absent where that has no bounds. */
      readonly within?: readonly NamedGrant[];
      /** Absent means the agent's. */
      readonly grants?: readonly NamedGrant[];
    } & MessageCommand)
  | ({ readonly type: "message" } & MessageCommand)
  | { readonly type: "listen"; readonly messageId: string; readonly listener: string }
  | {
      readonly type: "cancel";
      readonly reason?: string;
      readonly by?: string;
      /** Absent means true. */
      readonly compensate?: boolean;
    }
  | ({ readonly type: "settle"; readonly reason: string; readonly by?: string } & Statement)
  | {
      readonly type: "retry";
      readonly operationId?: string;
      readonly reason?: string;
      readonly by?: string;
    }
  | { readonly type: "rollback"; readonly reason?: string; readonly by?: string }
  | {
      readonly type: "grant";
      readonly grants: readonly NamedGrant[];
      readonly reason: string;
      readonly by?: string;
    }
  | {
      readonly type: "recover";
      readonly cause: string;
      /** The person who asked for it; absent: a supervisor. */
      readonly by?: string;
      readonly park: boolean;
      /** How often the engine has tried the segment before it gave up on it. */
      readonly attempts?: number;
    }
  /** Of a message that was quarantined. */
  | {
      readonly type: "retry-message" | "drop-message";
      readonly messageId: string;
      readonly reason: string;
      readonly by?: string;
    }
  | {
      readonly type: "answer";
      readonly operationId: string;
      /** As JSON. */
      readonly answer: StoredText;
      /** SHA-256 of its canonical JSON. */
      readonly answerDigest: string;
      readonly by: string;
    }
  | {
      readonly type: "withdraw";
      readonly operationId: string;
      readonly reason: string;
      readonly by?: string;
    }
  | FollowCommand
  /** Its owner was found to be nobody, and its escalation owner to be somebody. */
  | { readonly type: "succeed"; readonly owner: string; readonly escalation: string }
  | ControlCommand
  | EraseCommand
  | PreserveCommand
  | FlagCommand
);

/** What a person says of an effect of which nobody knows (R95). */
export interface Statement {
  readonly operationId: string;
  readonly outcome: "applied" | "not-applied";
  /** What the model reads as the call's result, as JSON; only of an applied one. */
  readonly result?: StoredText;
}

/** Input of `wake`: of the agent object, and of whoever else has a waiter. */
export type Wake = { readonly v: typeof COMMAND_VERSION } & (
  | {
      readonly type: "awakeable-opened";
      readonly operationId: string;
      readonly awakeableId: string;
    }
  | {
      readonly type: "awakeable-settled";
      readonly operationId: string;
      readonly awakeableId: string;
      /** The payload as it came, or why the awakeable was rejected. */
      readonly payload: { readonly text: string } | { readonly rejected: string };
    }
  /** Of the park with this number; a later park makes it stale. */
  | { readonly type: "timer"; readonly park: number }
  | { readonly type: "tool-done"; readonly operationId: string }
  | ApprovalWake
  | BudgetNotice
  | EventNotice
  | NoEventNotice
  | ChildNotice
);

/** Input of `begin`. */
export interface Begin {
  readonly v: typeof COMMAND_VERSION;
  readonly command: Command;
  /** The awakeable to resolve as soon as the command is applied. */
  readonly applied: string;
}

/** Input of `run`. A number that is not the next segment's makes it stale. */
export interface RunInput {
  readonly v: typeof COMMAND_VERSION;
  readonly segment: number;
  /** When it was asked for, milliseconds since the epoch. */
  readonly at: number;
}

/** The agent object's handlers that execute segments, the last two after what they bring is recorded. */
export const SEGMENT_HANDLERS = ["run", "begin", "wake"] as const;

/** How often the engine tries a segment before it pauses it; the supervisor goes on from there. */
export const SEGMENT_ATTEMPTS = 24;

/** Input of `holdfast.waiter/wait`, a frozen format: waiters outlive deployments (L4). */
export interface WaiterRequest {
  readonly v: 1;
  readonly agent: string;
  readonly taskId: string;
  readonly operationId: string;
}

/** Names of the signals that a running segment listens to (L5). */
export const YIELD_SIGNAL = "yield";
export const ABORT_SIGNAL = "abort";
export type SegmentSignal = typeof YIELD_SIGNAL | typeof ABORT_SIGNAL;

export const WAITER_SERVICE = "holdfast.waiter";
