// Owns the error by which a test's client tells that a task refused a call.
import type { ErrorCode } from "../contract/errors.ts";

/** Why a task refused a call; `code` is the one that callers of the ingress see. */
export interface TaskProblem extends Error {
  readonly code: ErrorCode | "unknown";
}

export function taskProblem(code: TaskProblem["code"], message: string): TaskProblem {
  return Object.assign(new Error(message), { name: "TaskProblem", code });
}
