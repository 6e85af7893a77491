// Owns asking grants and policy about a call where the model proposes it, so that it learns at
// once (L8). The same judgement is made again in the tool's service; this one allows nothing.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { CallCheck } from "../../contract/model.ts";
import type { JudgeAuthority, PolicyEngine } from "../../contract/policy.ts";
import type { ModelCall } from "../../contract/port.ts";
import type { AnyTool } from "../../contract/tool.ts";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";
import { grantsForTools } from "../../core/grant/name-grants.ts";
import { NO_RESOURCE, touchedResource } from "../../core/touched-resource.ts";

/** Grants and policy, as a model's calls are judged by them. */
export interface CallAuthority {
  readonly judge: JudgeAuthority;
  readonly policyVersion: string;
  readonly ruleFor: PolicyEngine["ruleFor"];
}

type Usable = Extract<CallCheck, { ok: true }>;
export type Refusal = Extract<CallCheck, { ok: false }>;
/** What of a usable call's check is authority's; nothing for a `read` call that simply runs. */
export type Authorized = Omit<Usable, "ok" | "digest" | "toolVersion" | "effect" | "price">;

export interface AuthorizedInput {
  /** Parsed JSON, as the model wrote it. */
  readonly arguments: unknown;
  /** What the tool's schema made of it. */
  readonly input: unknown;
}

/** Never throws: a refusal is data for the model. */
export type AuthorizeCall = (tool: AnyTool, given: AuthorizedInput) => Authorized | Refusal;

/** Judges the calls of one answer of this task, at this time (milliseconds since the epoch). */
export function createAuthorizer(
  { judge, policyVersion, ruleFor }: CallAuthority,
  agent: Pick<AgentDefinition, "tools">,
  { agent: name, taskUid, owner, tenant, grants }: ModelCall,
  now: number,
): AuthorizeCall {
  const held = grants ?? grantsForTools(agent.tools);
  return (tool, given) => {
    const touched = touchedResource(tool, given.input);
    if (touched === undefined) return denied(NO_RESOURCE);
    const { effect, version: toolVersion, approval } = tool;
    const { resource } = touched;
    const call = { tool: tool.name, toolVersion, effect, approval, resource };
    const task = { taskUid, agent: name, owner, tenant };
    const authority = judge({
      grants: held,
      task,
      call: { ...call, arguments: given.arguments },
      approved: false,
      now,
    });
    const { verdict, code, policies, grantId } = authority;
    // A grant that has expired is not the model's to mend: the tool's service blocks the call, and
    // the task waits for a fresh one (R43).
    if (verdict === "deny" && code !== "grant_expired") return denied(authority.reason);
    const gated = verdict === "approve" || authority.gated === true;
    if (!gated && !EFFECT_POLICY[effect].changes) return {};
    return {
      approval: gated,
      policyVersion,
      policies,
      ...(grantId === undefined ? {} : { grantId }),
      ...(resource === undefined ? {} : { resource }),
      ...(gated ? { rule: ruleFor({ tool: tool.name, effect }) } : {}),
    };
  };
}

export function denied(reason: string): Refusal {
  return { ok: false, code: "denied", message: `This call is not allowed: ${reason}.` };
}
