// Owns what an interrupting message makes of what is open: nothing new is made, what waits is
// closed, and the model is told so. An effect that may be under way is settled first, never
// guessed: that is decide.ts's to say (L7, F17).
import type { EventBody } from "../../contract/event.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";
import { withdrawals } from "./approval.ts";
import { positionOf } from "./next-attempt.ts";
import { isBackground } from "../wait/background.ts";
import { onWithdrawWaits } from "./withdraw-waits.ts";

const WHY = "a message interrupted the turn";

/** Whether a call may have had an effect, or be having one. */
function mayHaveRun({ state }: OpenOperation): boolean {
  return state === "issued" || state === "unknown";
}

/** Closes what was not made, with a result that says so. The background is not in the way: it goes on. */
export function onInterrupted(all: TaskHead): readonly EventBody[] {
  const head = { ...all, operations: all.operations.filter((each) => !isBackground(each)) };
  const waits = onWithdrawWaits(head, WHY);
  const closed = new Set(waits.map(({ data }) => ("operationId" in data ? data.operationId : "")));
  const idle = head.operations.filter((each) => !mayHaveRun(each) && !closed.has(each.operationId));
  const told = idle.map((each): EventBody => ({
    type: "call.withdrawn",
    data: { ...positionOf(each), code: "interrupted", message: INTERRUPTED },
  }));
  return [...withdrawals(head, WHY), ...waits, ...told];
}

const INTERRUPTED = "This call was not made: a message interrupted it.";
