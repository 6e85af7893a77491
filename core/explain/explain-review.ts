// Owns what a task waits for whose answer is held back until a person has released it (R70).
import type { Blocker } from "../../contract/explanation.ts";
import type { TaskHead } from "../task-head.ts";
import { claimText } from "./explain-operation.ts";
import { decideOn } from "./remedy.ts";

/** Nothing where no decision is open. Who may decide is in its approval. */
export function explainReview({ review, since, updatedAt }: TaskHead): readonly Blocker[] {
  const { asked, state } = review ?? {};
  if (asked === undefined || (state !== "requested" && state !== "open")) return [];
  const { approvalId, digest, expiresAt, quorum, approvals = 0 } = asked;
  const left = quorum - approvals;
  return [
    {
      kind: "approval",
      what: `a decision on the answer of its turn${left > 1 ? ` by ${left} persons` : ""}${claimText(asked)}`,
      since: since ?? updatedAt,
      until: expiresAt,
      who: { kind: "deciders" },
      how: [decideOn(approvalId, digest)],
    },
  ];
}
