// Owns the port of the approval object that asks policy whether a person may decide. The rule
// of the approval was asked before; both must say yes.
import type { DecideQuestion, DecideVerdict } from "../../contract/approval-api.ts";
import type { ArtifactStore, StoredText, TenantArtifacts } from "../../contract/artifact.ts";
import type { PolicyEngine } from "../../contract/policy.ts";
import { parseStrictJson } from "../../core/strict-json.ts";

export interface DecideSettings {
  /** All agents of the app. Absent: every agent is one of its own. */
  readonly agents?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** The answer rejects when the artifact store does, which the approval object takes for a no. */
export function createMayDecide(
  engine: Pick<PolicyEngine, "version" | "decide">,
  artifacts: ArtifactStore,
  { agents, now = Date.now }: DecideSettings = {},
): (question: DecideQuestion) => Promise<DecideVerdict> {
  return async ({ by, approval, edited, claimedBy }) => {
    const { requester, owner, tenant, call } = approval;
    // An agent of ours that was judged by other policies is one of an earlier release.
    const known = agents?.includes(requester.agent) ?? true;
    if (!known && call.policyVersion !== engine.version) {
      return { allowed: false, policyVersion: engine.version, foreign: true };
    }
    // What is decided on is what would be executed.
    const { arguments: stored, resource } = edited ?? call;
    const text = await textOf(stored, artifacts.ofTenant(tenant));
    const given = parseStrictJson(text.trim() === "" ? "{}" : text);
    if ("problem" in given) return { allowed: false, policyVersion: engine.version };
    const { decision, policyVersion } = engine.decide({
      action: "approve",
      task: { taskUid: requester.taskUid, agent: requester.agent, owner, tenant },
      call: {
        tool: call.tool,
        toolVersion: call.toolVersion,
        effect: call.effect,
        // What the author says decides whether a person is asked, not which.
        approval: "default",
        resource,
        arguments: given.value,
      },
      by,
      // Whoever wrote in the turn is a requester where he decides himself (R35).
      requester: requester.persons?.find((each) => each === by) ?? requester.by,
      claimedBy,
      now: now(),
    });
    return { allowed: decision === "allow", policyVersion };
  };
}

async function textOf(stored: StoredText, artifacts: TenantArtifacts): Promise<string> {
  if ("text" in stored) return stored.text;
  return new TextDecoder().decode(await artifacts.get(stored.artifact));
}
