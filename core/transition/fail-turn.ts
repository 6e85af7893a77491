// Owns the end of a turn that could not reach an answer: nothing that it waits for, in the background
// or not, is left behind.
import type { EventBody } from "../../contract/event.ts";
import type { TaskHead } from "../task-head.ts";
import { onWithdrawWaits } from "./withdraw-waits.ts";

/** `code` is for programs, `message` for people. */
export function failTurn(
  head: TaskHead,
  step: number,
  code: string,
  message: string,
): readonly EventBody[] {
  const failed: EventBody = {
    type: "turn.failed",
    data: { turn: head.turn.number, step, code, message },
  };
  return [...onWithdrawWaits(head, `the turn has failed (${code})`), failed];
}
