// Owns what of a turn is noted because it decides whether its answer is reviewed: the classes of its
// calls that took effect, or may have.
import type { EffectClass } from "../../contract/effect-class.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { EFFECT_POLICY } from "../effect-policy.ts";
import type { TaskHead, TurnState } from "../task-head.ts";
import type { TurnRecord } from "./review-state.ts";

/** What of a turn that is tried again still is so. */
export function recordOf({ openedAt, touched }: TurnState): TurnRecord {
  return {
    ...(openedAt === undefined ? {} : { openedAt }),
    ...(touched === undefined ? {} : { touched }),
  };
}

/** Notes a call that took effect, or may have. One that is found not to have counts all the same. */
export function noteTouched(before: TaskHead, head: TaskHead, event: TaskEvent): TaskHead {
  const effect = effectIn(before, event);
  const { touched = [] } = head.turn;
  if (effect === undefined || !EFFECT_POLICY[effect].changes || touched.includes(effect))
    return head;
  return { ...head, turn: { ...head.turn, touched: [...touched, effect] } };
}

function effectIn({ operations }: TaskHead, event: TaskEvent): EffectClass | undefined {
  // A call that waits had its effect before.
  if (event.type === "wait.opened")
    return operations.find((each) => each.operationId === event.data.operationId)?.effect;
  if (event.type !== "tool.returned") return undefined;
  const { outcome, effect } = event.data;
  return outcome === "ok" || outcome === "unknown" ? effect : undefined;
}
