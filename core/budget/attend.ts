// Owns what a budget does when another, or its own timer, sends it word.
import type { BudgetMessage } from "../../contract/budget.ts";
import { isNothing } from "./amounts.ts";
import type { BudgetChange, HolderRow, Work } from "./budget-state.ts";
import { onIdle } from "./idle.ts";
import { forget } from "./lease.ts";
import { finishPending, giveBack, markRecalled } from "./source.ts";
import { offerRoom, onLook } from "./waiting.ts";

/** `stored` is the row of the holder that the message names. */
export function* attend(
  change: BudgetChange,
  stored: HolderRow | undefined,
  message: BudgetMessage,
): Work<null> {
  switch (message.type) {
    case "recall":
      yield* onRecall(change);
      break;
    case "offer":
      offerRoom(change, message);
      return null;
    case "look":
      onLook(change);
      break;
    case "idle":
      yield* onIdle(change, message.activity);
      break;
    case "recall-more":
      change.sends.push({ type: "recall-holders", after: message.after });
      break;
    case "forget":
      forget(change, stored, message);
      break;
  }
  offerRoom(change);
  return null;
}

/** Gives back what is unused, now and as it becomes free, and passes the word on. */
function* onRecall(change: BudgetChange): Work<void> {
  markRecalled(change);
  yield* finishPending(change);
  yield* giveBack(change, "keep");
  if (!isNothing(change.budget.leased)) change.sends.push({ type: "recall-holders", after: "" });
}
