// Owns the form of a task's head: the state of constant size from which core/ decides what
// happens next. It never holds content; that is in the task log, by position.
import type { CallPosition } from "../contract/event.ts";
import type { EffectClass } from "../contract/effect-class.ts";
import type { TaskStatus } from "../contract/status.ts";

export const HEAD_VERSION = 1;

/** Where an operation stands. `issued` may be in flight; issuing it again attaches (L3). */
export type OperationState =
  | "ready"
  | "issued"
  | "approval-requested"
  | "approval-open"
  /** The effect may have happened: never issued again, a person has to say (F1). */
  | "unknown";

/** A tool call that has no recorded outcome yet. */
export interface OpenOperation extends CallPosition {
  readonly attempt: number;
  readonly state: OperationState;
  readonly toolVersion: string;
  readonly effect: EffectClass;
  readonly argumentsDigest: string;
  /** Position of the `model.answered` event that holds its arguments. */
  readonly answerSeq: number;
  /** When it got this state (`issued` keeps the time of `ready`), ms since the epoch. */
  readonly since: number;
  readonly approval?: { readonly digest: string; readonly awakeableId?: string };
}

/** How often one call was asked for in this turn without any change in between (F7). */
export interface RepeatedCall {
  readonly key: string;
  readonly count: number;
  readonly resultDigest?: string;
}

export interface TurnState {
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
  /** A call of this tool, which ends the task, succeeded. */
  readonly endedBy?: string;
}

/** An awakeable that is resolved with the answer of a turn. */
export interface Listener {
  readonly awakeableId: string;
  readonly turn: number;
}

export interface TaskHead {
  readonly v: typeof HEAD_VERSION;
  readonly taskUid: string;
  readonly taskId: string;
  readonly agent: string;
  readonly agentVersion: string;
  readonly owner?: string;
  /** Digest of what `start` was given; the same again is the same task (F28). */
  readonly inputDigest: string;
  readonly status: TaskStatus;
  readonly reason?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** The log: position of the next event, and hash of the last. */
  readonly nextSeq: number;
  readonly hash: string;
  /** Number of the last step; 0 before the first. */
  readonly step: number;
  readonly turn: TurnState;
  readonly operations: readonly OpenOperation[];
  readonly cancelling: boolean;
  /** Segments in a row that were lost without a recorded step. */
  readonly lostSegments: number;
  /** Counts parks, so that a timer of an earlier one is known to be stale. */
  readonly park: { readonly number: number; readonly wakeAt?: number };
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
  const operations = head.operations.map((each): OpenOperation => {
    const due = each.state === "ready" && (only === undefined || only.has(each.operationId));
    return due ? { ...each, state: "issued" } : each;
  });
  return { ...head, operations };
}

/** The head while a segment works on the task: no wait is over it any more. */
export function markRunning(head: TaskHead): TaskHead {
  const { reason: _, ...rest } = head;
  const status = head.cancelling ? "cancelling" : "running";
  return { ...rest, status, park: { number: head.park.number } };
}
