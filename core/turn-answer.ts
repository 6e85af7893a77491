// Owns the end of a turn as those see it who wait for it.
import type { TurnAnswer } from "../contract/api.ts";
import type { TaskEvent } from "../contract/event.ts";
import type { TaskStatus } from "../contract/status.ts";

/** What a turn ended with, or undefined for an event that ends none. */
export function turnAnswer(event: TaskEvent | undefined): TurnAnswer | undefined {
  if (event?.type === "turn.failed") {
    const { turn, code, message } = event.data;
    return { turn, result: "failed", error: { code, message } };
  }
  if (event?.type !== "turn.completed") return undefined;
  const { turn, answer } = event.data;
  if (answer === undefined) return { turn, result: "completed" };
  return "text" in answer
    ? { turn, result: "completed", answer: answer.text }
    : { turn, result: "completed", artifact: answer.artifact };
}

/** What those who wait for a turn are told when the task ends before it. */
export function endedAnswer(turn: number, status: TaskStatus): TurnAnswer {
  const error = { code: status, message: `the task was ${status}` };
  return { turn, result: "failed", error };
}
