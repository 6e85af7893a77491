// Owns grants and policy in memory: the same judge by the same policies as on a worker, asked where
// the model proposes a call and right before it is made. Nothing is ever stopped here.
import type { ArtifactStore } from "../../contract/artifact.ts";
import type { AuditGate } from "../../contract/audit.ts";
import type { CheckAuthority } from "../../contract/effect-port.ts";
import type { TaskEvent } from "../../contract/event.ts";
import type { AuthorityView } from "../../contract/effect-api.ts";
import type { GrantBounds, NamedGrant } from "../../contract/grant.ts";
import type { PolicyEngine } from "../../contract/policy.ts";
import type { ChildAddress } from "../../core/child/children.ts";
import { createJudge } from "../../core/grant/judge-authority.ts";
import { authorityView } from "../../core/status-view.ts";
import { boundsIn } from "../../core/transition/follow.ts";
import type { AppOptions } from "../../services/app-options.ts";
import { createCheckAuthority } from "../../services/authority/check-authority.ts";
import type { CallAuthority } from "../../services/model/authorize-call.ts";
import { createMayDecide } from "../../services/policy/may-decide.ts";
import { createPolicyEngine } from "../../services/policy/policy-engine.ts";
import type { MemoryTask } from "./memory-task.ts";

/** As in the options of an app. */
export type PolicySettings = Pick<
  AppOptions,
  "policies" | "defaultPolicies" | "policySchema" | "approvals"
>;

export interface MemoryAuthority extends CallAuthority {
  readonly checkAuthority: CheckAuthority;
  readonly mayDecide: (artifacts: ArtifactStore) => ReturnType<typeof createMayDecide>;
}

/** Throws an Error that names a policy, a schema or a rule that is wrong. */
export function createMemoryAuthority(
  settings: PolicySettings,
  now: () => number,
  viewOf: (task: ChildAddress, operationId: string) => AuthorityView,
  audit?: AuditGate,
): MemoryAuthority {
  const engine = engineOf(settings);
  const { version: policyVersion, ruleFor } = engine;
  const judge = createJudge(engine);
  return {
    judge,
    policyVersion,
    ruleFor,
    mayDecide: (artifacts) => createMayDecide(engine, artifacts, { now }),
    checkAuthority: createCheckAuthority({
      judge,
      policyVersion,
      now,
      audit,
      readAuthority: async (task, operationId) => viewOf(task, operationId),
    }),
  };
}

/** As the task's own `authority` answers on a server. */
export function viewOfTask(task: MemoryTask | undefined, operationId: string): AuthorityView {
  if (task === undefined) throw new Error("there is no task");
  return authorityView(task.head, operationId, grantsOf(task.log));
}

/** Of a child: what its grants are made of, as on a server the row `bounds` has it. */
export function boundsOf(log: readonly TaskEvent[]): GrantBounds {
  return log.map(boundsIn).findLast((each) => each !== undefined) ?? {};
}

/** What the task was given last; undefined where it may use what its agent declares. */
export function grantsOf(log: readonly TaskEvent[]): readonly NamedGrant[] | undefined {
  for (const event of log.toReversed()) {
    if (event.type === "grants.changed") return event.data.grants;
    if (event.type !== "task.started" || event.data.grants === "declared") continue;
    return event.data.grants;
  }
  return undefined;
}

let shipped: PolicyEngine | undefined;

/** The shipped policies are parsed once in a process. */
function engineOf(settings: PolicySettings): PolicyEngine {
  const { policies, defaultPolicies: defaults, policySchema: schema, approvals } = settings;
  const own = [policies, defaults, schema, approvals].some((each) => each !== undefined);
  if (own) return createPolicyEngine({ policies, defaults, schema, approvals });
  shipped ??= createPolicyEngine();
  return shipped;
}
