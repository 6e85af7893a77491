// Owns what becomes of an approval whose task found, after it was approved, that what it rests on
// has changed: it stays as it was decided, and shows what was found (R37, R38).
import type { CapturedChange } from "../../contract/approval.ts";
import type { ApprovalHead } from "./approval-head.ts";

/** The head that shows it; undefined where there is nothing to keep, or something is kept. */
export function overtaken(
  head: ApprovalHead,
  changes: readonly CapturedChange[],
): ApprovalHead | undefined {
  if (head.state !== "approved" || head.overtaken !== undefined) return undefined;
  return { ...head, overtaken: changes };
}
