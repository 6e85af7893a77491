// Owns the timers of an approval: its rungs and its end while it is open, and once it is closed the
// one that forgets it. Whatever closes it takes back those that are still to come (R80).
import type { InvocationId, ObjectContext } from "@restatedev/restate-sdk";
import type { ApprovalTick, ForgetInput } from "../../contract/approval.ts";
import {
  APPROVAL_SERVICE,
  APPROVAL_VERSION,
  DEFAULT_APPROVAL_RETENTION_MS,
} from "../../contract/approval.ts";
import type { ApprovalHead } from "../../core/approval/approval-head.ts";
import { loadHead } from "./approval-state.ts";
import { jsonOf } from "../../handler/json-serde.ts";

/** All at once: the server keeps them. Their invocation ids, by which they are taken back. */
export async function sendTicks(
  ctx: ObjectContext,
  { rule, rungs, requestedAt, expiresAt }: ApprovalHead,
  now: number,
): Promise<readonly string[]> {
  const due = rule.escalation.flatMap(({ afterMs }, rung) =>
    rung < rungs ? [] : [{ due: { rung }, at: requestedAt + afterMs }],
  );
  const sent = [...due, { due: "expiry" as const, at: expiresAt }].map(({ at, ...tick }) =>
    sendLater<ApprovalTick>(ctx, "tick", { v: APPROVAL_VERSION, ...tick }, at - now),
  );
  const ids: string[] = [];
  for (const { invocationId } of sent) ids.push(await invocationId);
  return ids;
}

/** A timer that cannot be taken back, since it runs or has run, finds nothing to do. */
export function endTimers(ctx: ObjectContext, { timers = [], retentionMs }: ApprovalHead): void {
  // The tick that closes it must not cancel itself.
  const others = timers.filter((id) => id !== ctx.request().id);
  for (const id of others) ctx.invocation(id as InvocationId).cancel();
  const delay = retentionMs ?? DEFAULT_APPROVAL_RETENTION_MS;
  sendLater<ForgetInput>(ctx, "forget", { v: APPROVAL_VERSION }, delay);
}

/** Who asks from now on is told that there is no such approval; the task's log has it all. */
export async function forget(ctx: ObjectContext): Promise<void> {
  const head = await loadHead(ctx);
  if (head !== undefined && head.state !== "open") ctx.clearAll();
}

function sendLater<T>(ctx: ObjectContext, method: string, parameter: T, delayMs: number) {
  return ctx.genericSend<T>({
    service: APPROVAL_SERVICE,
    method,
    key: ctx.key,
    parameter,
    inputSerde: jsonOf(),
    delay: Math.max(0, delayMs),
  });
}
