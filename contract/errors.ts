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
  task_busy: 412,
  operation_not_found: 412,
  operation_not_unknown: 412,
  operation_settled: 412,
  nothing_to_retry: 412,
  operation_in_flight: 412,
  operation_not_waiting: 412,
  operation_not_a_question: 412,
  message_not_quarantined: 412,
  question_answered: 412,
  question_ended: 410,
  verb_not_allowed: 412,
  too_many_messages: 429,
  owner_required: 400,
  unknown_owner: 400,
  message_too_large: 413,
  artifact_not_found: 404,
  state_too_new: 500,
  approval_not_found: 404,
  approval_forbidden: 403,
  approval_expired: 410,
  approval_withdrawn: 410,
  approval_decided: 412,
  approval_mismatch: 412,
  approval_stale: 412,
  approval_blocked: 412,
  approval_claimed: 412,
  approval_foreign: 503,
  invalid_edit: 400,
  tool_unavailable: 503,
  stop_not_found: 404,
  too_many_stops: 412,
  schedule_not_found: 404,
  schedule_conflict: 412,
  schedule_busy: 412,
  agent_not_found: 404,
  webhook_refused: 401,
  webhook_unavailable: 503,
  dead_letter_not_found: 404,
  not_erasable: 412,
  task_preserved: 412,
  evidence_broken: 500,
  foreign_origin: 421,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** Raised by a tool's `execute` for a failure that the model can act on. */
export interface ToolFailure {
  /** snake_case, stable, for the model and for tests. */
  readonly code: string;
  /** What went wrong and what to do instead; the model reads it. */
  readonly message: string;
}
