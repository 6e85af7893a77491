// Owns who may decide an approval: the rule's deciders, the climbed rungs, the separation of
// duties, and what holding the awakeable's id is worth (R35, R97).
import type { Deciders, RefusalReason } from "../../contract/approval.ts";
import type { ApprovalHead } from "./approval-head.ts";
import { personOf, together } from "./rule.ts";

/** Who decides, and by which way. A name that came with a bare awakeable was checked by nobody. */
export interface Bearer {
  readonly by?: string;
  readonly via: "decide" | "awakeable";
}

/** Why this one may not decide, or undefined. */
export function refusalOf(head: ApprovalHead, { by, via }: Bearer): RefusalReason | undefined {
  if (by !== undefined && isOwn(head, by)) return "own-request";
  if (by === undefined || via === "awakeable") {
    return holdingIsEnough(head) ? undefined : "nameless";
  }
  const deciders = decidersOf(head);
  return deciders === "anyone" || deciders.includes(by) ? undefined : "not-a-decider";
}

/** Who may decide now: the rule's, and those of the rungs that were climbed. */
export function decidersOf({ rule, rungs }: Pick<ApprovalHead, "rule" | "rungs">): Deciders {
  return rule.escalation
    .slice(0, rungs)
    .reduce((all, rung) => together(all, rung.deciders ?? []), rule.deciders);
}

/** Who may not decide, whatever the deciders are. */
export function excludedFrom({ rule, owner, requester }: ApprovalHead): readonly string[] {
  if (!rule.separationOfDuties) return [];
  const names = [owner, requester.by, ...(requester.persons ?? []), requester.agent];
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** In disfavour of who decides: a name that only looks different is the same person. */
function isOwn(head: ApprovalHead, by: string): boolean {
  const person = personOf(by);
  return excludedFrom(head).some((name) => personOf(name) === person);
}

function holdingIsEnough(head: ApprovalHead): boolean {
  const { bareAwakeable, quorum } = head.rule;
  return bareAwakeable && quorum === 1 && decidersOf(head) === "anyone";
}
