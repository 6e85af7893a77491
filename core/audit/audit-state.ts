// Owns how far the audit sink is with one task's log, and when it is tried again (F40). Pure.
import type { AuditPosition, AuditPush } from "../../contract/audit.ts";
import { AUDIT_VERSION } from "../../contract/audit.ts";

/** Persisted: add optional fields only. */
export interface AuditState {
  readonly v: typeof AUDIT_VERSION;
  /** Whose log it is: a task ID may be used again. Absent before the first push. */
  readonly taskUid?: string;
  readonly acknowledged: number;
  /** Attempts in a row that failed, and why the last one did. */
  readonly failures: number;
  readonly reason?: string;
  /** A retry is on its way. */
  readonly retrying: boolean;
}

export const NOTHING_PUSHED: AuditState = {
  v: AUDIT_VERSION,
  acknowledged: -1,
  failures: 0,
  retrying: false,
};

/** First and longest pause between two attempts, in milliseconds. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** The pause after so many failures in a row. */
export function auditPause(failures: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 20), LONGEST_PAUSE_MS);
}

export function afterPush(state: AuditState, push: AuditPush): AuditState {
  const { v, retrying } = state;
  if (push.outcome === "failed") {
    return { ...state, failures: state.failures + 1, reason: push.reason };
  }
  // What the sink has of it, it has; a new task under the same ID has a log of its own.
  if (push.outcome === "gone") return { ...state, reason: "there is no such task any more" };
  const { taskUid, acknowledged } = push;
  return { v, taskUid, acknowledged, failures: 0, retrying };
}

export function positionOf({ acknowledged, failures, reason }: AuditState): AuditPosition {
  return { acknowledged, failures, ...(reason === undefined ? {} : { behind: reason }) };
}
