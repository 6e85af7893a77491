// Owns what a task means to an effect of a task below it: as long as a family is frozen, has ended, or
// may not do a thing, no child of it does (L8, R42). By the view of now, whatever the child was told.
import type { AuthorityView } from "../../contract/effect-api.ts";
import type { ParentTask } from "../../contract/child.ts";
import type { GrantedCall } from "../../contract/grant.ts";
import { hasEnded } from "../../contract/status.ts";
import type { Blocked } from "../../contract/tool.ts";
import { checkGrants } from "./check-grants.ts";

export interface EffectBelow {
  /** Undoing asks for no grants of those above: whoever ended the child has decided on it. */
  readonly verb: "execute" | "compensate";
  readonly call: Pick<GrantedCall, "tool" | "resource" | "arguments" | "now">;
}

/** Why the effect is not to be made, by the view of the parent, or of its parent; or undefined. */
export function refusedAbove(
  parent: Pick<ParentTask, "agent" | "taskId" | "taskUid">,
  view: AuthorityView,
  { verb, call }: EffectBelow,
): Blocked | undefined {
  const name = `${parent.agent}/${parent.taskId}`;
  if (view.hold === "quarantined")
    return blocked("stopped", `the task ${name}, which it works for, is quarantined`);
  if (verb === "compensate") return undefined;
  if (view.taskUid !== parent.taskUid || view.cancelling || hasEnded(view.status))
    return blocked(
      "cancelled",
      `the task ${name}, which it works for, has ended or comes to its end`,
    );
  if (view.grants === undefined) return undefined;
  const granted = checkGrants(view.grants, { ...call, actor: view.owner, tenant: view.tenant });
  if (granted.allowed) return undefined;
  const code = granted.code === "grant_expired" ? "credential" : "denied";
  return blocked(code, `the task ${name}, which it works for, may not do this: ${granted.reason}`);
}

function blocked(code: Blocked["code"], reason: string): Blocked {
  return { outcome: "blocked", code, reason };
}
