// Owns whose act a notice of an approval is, for the log of a task that keeps notices as they are.
import type { ApprovalNotice } from "../../contract/approval.ts";
import type { Actor } from "../../contract/event.ts";
import { operator } from "../transition/unknown-effect.ts";

/** Nothing where no person has done it. */
export function noticeActor(notice: ApprovalNotice): { readonly actor?: Actor } {
  if ("receipt" in notice) return { actor: operator(notice.receipt.by) };
  const isClaim = notice.type === "claimed" || notice.type === "released";
  return isClaim ? { actor: operator(notice.by) } : {};
}
