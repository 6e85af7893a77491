// Owns `succeed`: whoever watches has a task look whether its owner is still somebody, and where not
// its escalation owner takes over (R68). What a person wants instead is a transfer.
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import type { SucceedResult } from "../../../contract/control.ts";
import { hasEnded } from "../../../contract/status.ts";
import type { ResolveOwner } from "../owners.ts";
import { isSomebody } from "../owners.ts";
import { taskOf } from "./effects.ts";
import { interruptSegment, sendApply } from "./submit.ts";
import { YIELD_SIGNAL } from "../../../contract/command.ts";

export async function succeed(
  ctx: ObjectSharedContext,
  agent: string,
  resolve: ResolveOwner | undefined,
): Promise<SucceedResult> {
  const head = await taskOf(ctx, agent);
  const { owner, escalation, status } = head;
  if (resolve === undefined || owner === undefined || hasEnded(status))
    return { result: "nothing" };
  if (await isSomebody(ctx, resolve, owner)) return { result: "nothing" };
  const isThere = escalation !== undefined && escalation !== owner;
  if (!isThere || !(await isSomebody(ctx, resolve, escalation))) return { result: "nobody" };
  sendApply(ctx, agent, { type: "succeed", owner, escalation });
  interruptSegment(ctx, head, YIELD_SIGNAL);
  return { result: "accepted" };
}
