// Owns what time alone does to an approval: rungs are climbed, and at the end silence is a
// denial (F12, F13, R36).
import type { ApprovalNotice, ApprovalTick } from "../../contract/approval.ts";
import type { ApprovalHead } from "./approval-head.ts";

/**
 * What is due at `now`, before anything else is looked at. A timer of the engine has `due`: it
 * is believed where the worker's clock is behind, so whichever comes first decides.
 */
export function advance(
  head: ApprovalHead,
  now: number,
  due?: ApprovalTick["due"],
): readonly ApprovalNotice[] {
  if (head.state !== "open") return [];
  const at = Math.max(now, head.updatedAt);
  if (at >= head.expiresAt || due === "expiry") return [{ type: "expired", at }];
  return head.rule.escalation.flatMap(({ afterMs, deciders }, index): ApprovalNotice[] => {
    const rung = index + 1;
    const forced = due !== undefined && index <= due.rung;
    if (rung <= head.rungs || (head.requestedAt + afterMs > at && !forced)) return [];
    return [
      deciders === undefined
        ? { type: "reminded", at, rung }
        : { type: "escalated", at, rung, to: deciders },
    ];
  });
}
