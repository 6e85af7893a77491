// Owns how the console decides on an approval, and in which words it tells that somebody else was first.
import type { DecideResult } from "../../contract/approval-api.ts";
import { isProblem, tell } from "../api/gateway.ts";
import { clockTime } from "../controls/time-words.ts";

export function approvalPath(approvalId: string, rest = ""): string {
  return `/v1/approvals/${encodeURIComponent(approvalId)}${rest}`;
}

/** Rejects with an Error in words where it was not the first, and else as the gateway says. */
export async function decide(
  approvalId: string,
  decision: "approve" | "reject" | "edit" | "ask",
  body: object,
): Promise<DecideResult> {
  try {
    return await tell<DecideResult>(approvalPath(approvalId, `/${decision}`), body);
  } catch (error) {
    if (!isProblem(error) || error.code !== "approval_decided") throw error;
    throw new Error(firstWords(error.details), { cause: error });
  }
}

/** Who decided before, what and when: as in the details of `approval_decided`. */
export function firstWords({ by, decision, at }: Readonly<Record<string, string>>): string {
  const who = by === undefined || by === "" ? "Somebody without a name" : by;
  return `${who} was first: the call was ${decision ?? "decided"} at ${clockTime(Number(at ?? 0))}.`;
}
