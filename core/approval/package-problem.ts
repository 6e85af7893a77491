// Owns whether a package can be decided on at all: that it is what its key says, that its rule
// is one, and that its arguments are those of its digest (R33).
import type { ApprovalPackage } from "../../contract/approval.ts";
import { digestOf } from "../digest.ts";
import { parseStrictJson } from "../strict-json.ts";
import { MAX_TURN_PERSONS } from "../turn-persons.ts";
import { approvalId } from "./approval-id.ts";
import { fingerprintIn } from "./captured-change.ts";
import { ruleProblem } from "./rule.ts";

/** In words without content, or undefined. Arguments kept by reference are evidence's to check. */
export function packageProblem(key: string, approval: ApprovalPackage): string | undefined {
  const { operationId, request, requester, call, rule } = approval;
  if (approvalId(operationId, request) !== key) return "its key is another request's";
  const problem = ruleProblem(rule);
  if (problem !== undefined) return `its rule: ${problem}`;
  if (rule.separationOfDuties && requester.crowded === true) {
    return `more than ${MAX_TURN_PERSONS} persons wrote in the turn, so that nobody is known not to have asked for it`;
  }
  if (fingerprintIn(call).preconditionValue !== call.preconditionValue) {
    return "its precondition is not the one of its digest";
  }
  if (!("text" in call.arguments)) return undefined;
  // Models leave the arguments of a tool without any empty.
  const { text } = call.arguments;
  const read = parseStrictJson(text.trim() === "" ? "{}" : text);
  if ("problem" in read) return `its arguments can be read in more than one way: ${read.problem}`;
  return digestOf(read.value) === call.argumentsDigest
    ? undefined
    : "its arguments are not those of their digest";
}
