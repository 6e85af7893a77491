// Owns the terms on which a call is put before a person once more: by the policy and the rule of
// now, and only if grants and policy allow the task to propose it still. What they forbid, no
// person is asked about; the tool's service would refuse it after the decision (L8).
import type { AgentDefinition } from "../../contract/agent.ts";
import type { ArtifactStore, StoredText, TenantArtifacts } from "../../contract/artifact.ts";
import type { Authority, JudgeAuthority, PolicyEngine } from "../../contract/policy.ts";
import type { FindApprovalTerms, TermsQuestion } from "../../contract/port.ts";
import type { Blocked } from "../../contract/tool.ts";
import { grantsForTools } from "../../core/grant/name-grants.ts";
import { parseStrictJson } from "../../core/strict-json.ts";

export interface TermsSources {
  readonly authority: {
    readonly judge: JudgeAuthority;
    readonly policyVersion: string;
    readonly ruleFor: PolicyEngine["ruleFor"];
  };
  readonly agent: Pick<AgentDefinition, "tools">;
  readonly artifacts: ArtifactStore;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Rejects when the artifact store does. */
export function createApprovalTerms(sources: TermsSources): FindApprovalTerms {
  const { policyVersion, ruleFor } = sources.authority;
  return async (question) => {
    const refused = await refusalOf(sources, question);
    return refused ?? { policyVersion, rule: ruleFor(question) };
  };
}

async function refusalOf(
  { authority, agent, artifacts, now = Date.now }: TermsSources,
  { tool, effect, judged }: TermsQuestion,
): Promise<Blocked | undefined> {
  if (judged === undefined) return undefined;
  const { task, call, grants = grantsForTools(agent.tools) } = judged;
  const read = parseStrictJson(await textOf(call.arguments, artifacts.ofTenant(task.tenant)));
  if ("problem" in read) return blocked("denied", `its arguments cannot be read: ${read.problem}`);
  const at = now();
  // An author's wish counts where a call needs no approval; this one was held to need one.
  const approval = agent.tools.find(({ name }) => name === tool)?.approval ?? "default";
  const judgement = authority.judge({
    grants,
    task,
    call: { ...call, tool, effect, approval, arguments: read.value },
    approved: false,
    now: at,
  });
  if (judgement.verdict !== "deny") return undefined;
  // A fresh grant is not the model's to find: the task waits for it (R43).
  const code = judgement.code === "grant_expired" ? "credential" : "denied";
  return { ...blocked(code, judgement.reason), authority: evidenceOf(judgement, at) };
}

function evidenceOf({ policyVersion, policies, grantId }: Authority, at: number) {
  const grant = grantId === undefined ? {} : { grantId };
  return { decision: "deny", policyVersion, policies, ...grant, at } as const;
}

function blocked(code: "credential" | "denied", reason: string): Blocked {
  return { outcome: "blocked", code, reason };
}

async function textOf(stored: StoredText, artifacts: TenantArtifacts): Promise<string> {
  const text =
    "text" in stored ? stored.text : new TextDecoder().decode(await artifacts.get(stored.artifact));
  // Models leave the arguments of a tool without any empty.
  return text.trim() === "" ? "{}" : text;
}
