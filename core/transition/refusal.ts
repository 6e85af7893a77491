// Owns the form in which the core refuses what a caller asks of a task, and the refusal that several
// verbs share.
import type { ErrorCode } from "../../contract/errors.ts";

export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  /** For programs: who said what and when. */
  readonly details?: Readonly<Record<string, string>>;
  /** Where the log says who was first. */
  readonly seq?: number;
}

/** Of a verb on an operation that the task does not have, or not any more. */
export const OPERATION_NOT_FOUND: Refusal = {
  code: "operation_not_found",
  message: "the task has no open operation with this id; status lists those that are",
};
