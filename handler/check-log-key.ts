// Owns the check of the key of an object that follows a task's log: whoever reaches the ingress writes it.
import { auditedTask } from "../contract/audit.ts";
import { idProblem, nameProblem } from "../contract/ids.ts";
import { problem } from "./problem.ts";

/** Fails with 400 for a key that is no `auditKey`. */
export function checkLogKey(key: string): void {
  const { agent, taskId } = auditedTask(key);
  const isKey = key.includes("/") && nameProblem(agent) === undefined;
  if (isKey && idProblem(taskId) === undefined) return;
  throw problem("invalid_input", "the key must be an agent's name, a slash and a task ID");
}
