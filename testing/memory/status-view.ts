// Owns looking up, in a log that is all in memory, what a status and a turn's answer point to.
import type { StatusView, TurnAnswer } from "../../contract/api.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { lastEndedTurn, operationView, statusView } from "../../core/status-view.ts";
import type { TaskHead } from "../../core/task-head.ts";
import { turnAnswer } from "../../core/turn-answer.ts";

export function statusOf(head: TaskHead, log: readonly TaskEvent[]): StatusView {
  const operations = head.operations.map((each) => operationView(each, (seq) => log[seq]));
  return statusView(head, operations, answerOfTurn(lastEndedTurn(head), log));
}

/** The end of a turn, once it has ended. */
export function answerOfTurn(turn: number, log: readonly TaskEvent[]): TurnAnswer | undefined {
  return log.map(turnAnswer).findLast((answer) => answer?.turn === turn);
}
