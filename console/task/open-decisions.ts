// Owns which approvals a task waits for, as its status says.
import type { StatusView } from "../../contract/api.ts";

export interface OpenDecision {
  readonly approvalId: string;
  /** What it is about, in a few words. */
  readonly about: string;
}

/** In the order of its operations, then what is more than one call's. */
export function openDecisions({
  operations,
  review,
  budget,
}: Pick<StatusView, "operations" | "review" | "budget">): readonly OpenDecision[] {
  const found = operations.flatMap(({ tool, proposal }) =>
    proposal === undefined ? [] : [{ approvalId: proposal.approvalId, about: tool }],
  );
  if (review !== undefined) found.push({ approvalId: review.approvalId, about: "the answer" });
  const { extension } = budget ?? {};
  if (extension !== undefined)
    found.push({ approvalId: extension.approvalId, about: `more ${extension.dimension}` });
  return found;
}
