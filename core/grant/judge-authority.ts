// Owns the one judgement of a call by grants and policy, made where it is proposed and again as
// the last thing before its effect (L8). What denies says which scope or policy, for the model.
import type { GrantVerdict } from "../../contract/grant.ts";
import type {
  Authority,
  AuthorityQuestion,
  CallQuestion,
  JudgeAuthority,
  PolicyDecision,
  PolicyEngine,
} from "../../contract/policy.ts";
import { checkGrants } from "./check-grants.ts";

export function createJudge(engine: Pick<PolicyEngine, "version" | "decide">): JudgeAuthority {
  return (question) => {
    const granted = grantFor(question);
    if (!granted.allowed && granted.code === "not_granted") return refused(engine, granted);
    const { task, call, approved, now } = question;
    const ask = (action: CallQuestion["action"]) =>
      decideBy(engine, { action, task, call, approved, now });
    const proposed = ask("propose");
    const grantId = granted.allowed ? granted.grant.id : undefined;
    if (proposed.decision === "deny") return denied(proposed, grantId);
    if (!granted.allowed) {
      return { ...refused(engine, granted), gated: ask("run").decision === "deny" };
    }
    if (question.approved) return allowed("run", "it was approved", proposed, grantId);
    const run = ask("run");
    if (run.decision === "allow") return allowed("run", "no approval is needed", run, grantId);
    // A policy that failed might have forbidden it even with an approval.
    if (run.errors !== undefined) return denied(run, grantId);
    return allowed("approve", "a person must approve it", run, grantId);
  };
}

/** An engine that throws, which it must not, has not allowed anything. */
function decideBy(
  engine: Pick<PolicyEngine, "version" | "decide">,
  question: CallQuestion,
): PolicyDecision {
  try {
    return engine.decide(question);
  } catch {
    return { decision: "deny", policyVersion: engine.version, policies: [], errors: ["engine"] };
  }
}

type NotGranted = Extract<GrantVerdict, { readonly allowed: false }>;

function refused({ version }: { readonly version: string }, why: NotGranted): Authority {
  const { code, reason, scope } = why;
  return { verdict: "deny", code, reason, scope, policyVersion: version, policies: [] };
}

function grantFor({ grants, task, call, now }: AuthorityQuestion): GrantVerdict {
  return checkGrants(grants, {
    actor: task.owner,
    tenant: task.tenant,
    tool: call.tool,
    resource: call.resource,
    arguments: call.arguments,
    now,
  });
}

function allowed(
  verdict: "run" | "approve",
  reason: string,
  { policyVersion, policies }: PolicyDecision,
  grantId: string | undefined,
): Authority {
  const grant = grantId === undefined ? {} : { grantId };
  return { verdict, code: "allowed", reason, policyVersion, policies, ...grant };
}

function denied(decision: PolicyDecision, grantId: string | undefined): Authority {
  const { policyVersion, policies, errors } = decision;
  const grant = grantId === undefined ? {} : { grantId };
  const base = { verdict: "deny", policyVersion, policies, ...grant } as const;
  if (errors !== undefined) {
    const reason = `policy could not decide on this call (${errors.join(", ")}), so it is denied`;
    return { ...base, code: "policy_failed", reason };
  }
  const by = policies.length === 0 ? "no policy permits it" : `policy ${policies.join(", ")}`;
  return { ...base, code: "policy_denied", reason: `policy denies this call: ${by}` };
}
