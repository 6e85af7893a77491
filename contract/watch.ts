// Owns what it means that a task is stuck (R67): the kinds, the bounds, what its status and log say
// of it, and the body of `flag`, by which whoever watches has a task look at itself. Persisted in the
// head and the log, and journaled: add optional fields only.
import { z } from "zod";

export const STUCK_KINDS = [
  /** It has work, and no segment came. */
  "queued",
  /** It works, or a tool does, and nothing came of it. */
  "no-progress",
  /** A time has passed at which it was to go on, or a wait to end. */
  "overdue",
  /** It tries again and again. */
  "retrying",
  /** It cannot go on before somebody looks. */
  "needs-operator",
] as const;
export type StuckKind = (typeof STUCK_KINDS)[number];

/** A task that is stuck is so once, until it makes progress. Times in milliseconds since the epoch. */
export interface Stuck {
  readonly kind: StuckKind;
  /** When it last made progress, or was to go on. */
  readonly since: number;
  /** When it was found, and where the log says so. */
  readonly at: number;
  readonly seq: number;
  /** Its escalation owner was told too, since its owner did not bring it on. */
  readonly escalated?: { readonly to: string; readonly at: number };
}

/** Above these a task counts as stuck; all in milliseconds. */
export interface StuckBounds {
  /** In `queued`. Default 5 minutes. */
  readonly queuedMs: number;
  /** At work without progress, beside what its tools may take. Default 15 minutes. */
  readonly stalledMs: number;
  /** Behind the time at which it was to go on. Default 5 minutes. */
  readonly overdueMs: number;
  /** Trying again for a provider, a budget, a credential, or an unknown outcome. Default 30 minutes. */
  readonly retryingMs: number;
  /** Stuck, until the escalation owner is told. Default 1 hour. */
  readonly escalateMs: number;
}

const MINUTE = 60_000;
export const STUCK_BOUNDS: StuckBounds = {
  queuedMs: 5 * MINUTE,
  stalledMs: 15 * MINUTE,
  overdueMs: 5 * MINUTE,
  retryingMs: 30 * MINUTE,
  escalateMs: 60 * MINUTE,
};

const bound = z.int().min(0);

/** Body of `flag`. What is absent is the default. */
export const flagInputSchema = z
  .strictObject({
    queuedMs: bound.default(STUCK_BOUNDS.queuedMs),
    stalledMs: bound.default(STUCK_BOUNDS.stalledMs),
    overdueMs: bound.default(STUCK_BOUNDS.overdueMs),
    retryingMs: bound.default(STUCK_BOUNDS.retryingMs),
    escalateMs: bound.default(STUCK_BOUNDS.escalateMs),
  })
  .default(STUCK_BOUNDS);

export interface FlagResult {
  /** `accepted`: it is stuck, which its log is about to say. */
  readonly result: "accepted" | "nothing";
}

/** As `apply` is sent it: what was found, which stays true also where the task moves meanwhile. */
export type FlagCommand = { readonly type: "flag" } & (
  | {
      readonly found: Pick<Stuck, "kind" | "since">;
      /** When it was found, and when the task had last made progress then. */
      readonly at: number;
      readonly progressAt: number;
    }
  | { readonly escalate: string }
);

/** Type to data, as EventData. */
export interface WatchEventData {
  "task.stuck": {
    kind: StuckKind;
    since: number;
    /** When it was found; the task may have been locked until now. */
    foundAt: number;
    /** It has moved since. */
    over?: true;
  };
  /** The escalation owner was told. */
  "task.escalated": { to: string };
}
