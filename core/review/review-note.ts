// Owns what the model reads of an output review: why its answer was not released, and what was
// released in its place.
import type { TaskEvent } from "../../contract/event.ts";
import type { ContextMessage } from "../../contract/model.ts";

/** Nothing of an answer that was released as it is. The words of a person are a person's. */
export function reviewedOf(
  event: Extract<TaskEvent, { type: "review.closed" | "turn.completed" }>,
): readonly ContextMessage[] {
  if (event.type === "review.closed") {
    const { outcome, message } = event.data;
    if (outcome !== "rejected") return [];
    const said = message === undefined ? "" : ` ${message}`;
    const text = `A reviewer did not release your last answer; the turn goes on.${said}`;
    return [{ role: "user", parts: [{ type: "text", body: { text } }] }];
  }
  const { rewritten, answer } = event.data;
  if (rewritten !== true || answer === undefined) return [];
  const instead = "text" in answer ? answer.text : "(too long to be shown here)";
  return [{ role: "developer", text: `A reviewer released another answer than yours: ${instead}` }];
}
