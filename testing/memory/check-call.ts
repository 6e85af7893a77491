// Owns the checks that a call of a task in memory is refused by, as the agent object's public handlers
// refuse it: its body, and the task's status.
import type { BodySchema } from "../../contract/api.ts";
import type { Verb } from "../../core/control/verbs.ts";
import { verbProblem } from "../../core/control/verbs.ts";
import type { TaskHead } from "../../core/task-head.ts";
import { taskProblem } from "../task-problem.ts";

/** The body with its defaults. Throws `invalid_input` for one that the handler would not take. */
export function checkInput<T>(schema: BodySchema<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw taskProblem("invalid_input", parsed.error.message);
  return parsed.data;
}

/** Throws for a status that does not take the verb. */
export function refuseVerb(head: Pick<TaskHead, "status">, verb: Verb): void {
  const refusal = verbProblem(head, verb);
  if (refusal !== undefined) throw taskProblem(refusal.code, refusal.message);
}
