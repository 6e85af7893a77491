// Owns what is asked before a person is asked about a call once more: on which terms it is proposed
// now, and whether the task may make it at all (L8).
import type { StoredText } from "../../contract/artifact.ts";
import type { NamedGrant } from "../../contract/grant.ts";
import type { TermsQuestion } from "../../contract/port.ts";
import type { ProposeResponse } from "../../contract/tool.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";

export interface ProposedAgain {
  /** What the tool has said; nothing is judged of what it does not propose. */
  readonly answer: ProposeResponse | undefined;
  readonly arguments: StoredText | undefined;
  /** Undefined where the task may use what its agent declares. */
  readonly grants: readonly NamedGrant[] | undefined;
}

export function termsQuestion(
  { taskUid, agent, owner, tenant }: TaskHead,
  { tool, effect }: OpenOperation,
  { answer, arguments: given, grants }: ProposedAgain,
): TermsQuestion {
  if (answer?.outcome !== "proposed" || given === undefined) return { tool, effect };
  const { toolVersion, resource } = answer;
  const touched = resource === undefined ? {} : { resource };
  const call = { toolVersion, arguments: given, ...touched };
  const held = grants === undefined ? {} : { grants };
  return { tool, effect, judged: { task: { taskUid, agent, owner, tenant }, call, ...held } };
}
