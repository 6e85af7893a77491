// Owns the errors of the agent object that more than one of its handlers have.
import type { TerminalError } from "@restatedev/restate-sdk";
import type { Verb } from "../../core/control/verbs.ts";
import { verbProblem } from "../../core/control/verbs.ts";
import type { TaskHead } from "../../core/task-head.ts";
import type { Refusal } from "../../core/transition/refusal.ts";
import { problem } from "../../handler/problem.ts";

/** What a command is refused with. */
export function refused({ code, message, details }: Refusal): TerminalError {
  return problem(code, message, details);
}

/** Fails for a status that does not take the verb, and says which do. */
export function refuseVerb(head: Pick<TaskHead, "status">, verb: Verb): void {
  const refusal = verbProblem(head, verb);
  if (refusal !== undefined) throw refused(refusal);
}

export function taskEnded(status: TaskHead["status"]): TerminalError {
  const { details = {} } = verbProblem({ status }, "send") ?? {};
  const message = `the task is ${status} and takes no messages; start another task`;
  return problem("task_ended", message, details);
}

export function messageConflict(): TerminalError {
  const message =
    "a message with this id but another content was applied already; use another messageId";
  return problem("message_conflict", message);
}
