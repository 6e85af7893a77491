// Owns the codes of errors that reach a caller. A code crosses calls in
// `TerminalError.metadata.code`; class identity does not (ARCHITECTURE L14).

/** Code to HTTP status. Conflicts are 412, never 409, which is Restate's for "cancelled". */
export const ERROR_STATUS = {
  invalid_input: 400,
  invalid_task_id: 400,
  task_not_found: 404,
  task_conflict: 412,
  message_conflict: 412,
  task_ended: 412,
  message_too_large: 413,
  state_too_new: 500,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** Raised by a tool's `execute` for a failure that the model can act on. */
export interface ToolFailure {
  /** snake_case, stable, for the model and for tests. */
  readonly code: string;
  /** What went wrong and what to do instead; the model reads it. */
  readonly message: string;
}
