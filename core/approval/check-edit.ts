// Owns what a tool's answer to `propose` says of an approval: whether new arguments are good, and
// whether what was captured still holds (R37, R39).
import type { ApprovalPackage, CapturedChange, EditedCall } from "../../contract/approval.ts";
import type { StoredText } from "../../contract/artifact.ts";
import type { ProposeResponse } from "../../contract/tool.ts";
import { proposalDigest } from "../proposal.ts";
import { proposalOf } from "./approval-head.ts";
import type { EditCheck } from "./ballot.ts";
import { changeOf, fingerprintIn, preconditionChange } from "./captured-change.ts";

/** What the tool said of new arguments. */
export function editCheck(
  approval: ApprovalPackage,
  kept: StoredText,
  answer: ProposeResponse,
): EditCheck {
  const changes = versionChange(approval, answer.toolVersion);
  if (changes.length > 0) return { changes };
  if (answer.outcome === "error") return { refused: answer.message };
  if (answer.outcome === "blocked") return { refused: answer.reason };
  const { argumentsDigest, resource, price } = answer;
  const parts = {
    argumentsDigest,
    ...(resource === undefined ? {} : { resource }),
    ...fingerprintIn(answer),
  };
  const { resource: _r, precondition: _p, ...proposed } = proposalOf(approval);
  return {
    call: {
      arguments: kept,
      ...parts,
      digest: proposalDigest({ ...proposed, ...parts }),
      ...(price === undefined ? {} : { price }),
    },
  };
}

/** What the tool says of the call otherwise than when it was proposed, or edited. */
export function changesSince(
  approval: ApprovalPackage,
  edited: EditedCall | undefined,
  answer: ProposeResponse,
): readonly CapturedChange[] {
  const captured = edited ?? approval.call;
  const version = versionChange(approval, answer.toolVersion);
  // Blocked says nothing of the call, such as a credential that is missing at the moment.
  if (answer.outcome === "blocked") return version;
  if (answer.outcome === "error") {
    return [...version, { what: "arguments", captured: "accepted", now: answer.code }];
  }
  const parts = ["argumentsDigest", "resource"] as const;
  return [
    ...version,
    ...parts.flatMap((what) => changeOf(what, captured[what] ?? "", answer[what] ?? "")),
    ...preconditionChange(captured, answer),
  ];
}

function versionChange({ call }: ApprovalPackage, now: string): readonly CapturedChange[] {
  return changeOf("tool-version", call.toolVersion, now);
}
