// Owns `cancel`, `recover` and the private `nudge`: commands that carry no message.
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import type { CancelInput, CancelResult } from "../../../contract/api.ts";
import { ABORT_SIGNAL } from "../../../contract/command.ts";
import type { RecoverInput } from "../../../contract/recover.ts";
import { digestOf } from "../../../core/digest.ts";
import type { TaskHead } from "../../../core/task-head.ts";
import { stopsUndoing } from "../../../core/transition/control.ts";
import { refuseVerb } from "../problem.ts";
import type { MessageRow } from "../task-state.ts";
import { messageKey, viewHead } from "../task-state.ts";
import { notFound } from "./send.ts";
import type { Nudge } from "./submit.ts";
import { interruptSegment, sendApply, sendNudge } from "./submit.ts";

export async function cancel(
  ctx: ObjectSharedContext,
  agent: string,
  input: CancelInput,
): Promise<CancelResult> {
  const head = await viewHead(ctx);
  if (head === undefined) throw notFound(agent);
  const { taskUid, status } = head;
  const { reason, by, compensate } = input;
  const stops = stopsUndoing(head, compensate ?? true);
  if (status === "cancelled" || (head.cancelling && !stops))
    return { taskUid, status, result: "already-cancelled" };
  refuseVerb(head, "cancel");
  sendApply(ctx, agent, {
    type: "cancel",
    reason,
    ...(by === undefined ? {} : { by }),
    ...(compensate === undefined ? {} : { compensate }),
  });
  interruptSegment(ctx, head, ABORT_SIGNAL);
  sendNudge(ctx, head, { kind: ABORT_SIGNAL, attempt: 0 });
  return { taskUid, status, result: "accepted" };
}

/** Looks after a task whose segment is gone. Harmless when nothing is wrong (L5). */
export async function recover(
  ctx: ObjectSharedContext,
  agent: string,
  input: RecoverInput,
): Promise<CancelResult> {
  const head = await viewHead(ctx);
  if (head === undefined) throw notFound(agent);
  const { abort = false, reason: cause, ...command } = input;
  sendApply(ctx, agent, { type: "recover", cause, ...command });
  if (abort) interruptSegment(ctx, head, ABORT_SIGNAL);
  const { taskUid, status } = head;
  return { taskUid, status, result: "accepted" };
}

/** Asks the running segment again, until the command it is about was applied (L5). */
export async function nudge(ctx: ObjectSharedContext, input: Nudge): Promise<void> {
  const head = await viewHead(ctx);
  if (head === undefined) return;
  const { any, ...nudged } = input;
  const { number, open } = head.segment;
  const next: Nudge = any === true ? { ...nudged, segment: open ? number : number + 1 } : nudged;
  if (await isApplied(ctx, head, next)) return;
  interruptSegment(ctx, head, next.kind);
  sendNudge(ctx, head, { ...next, attempt: next.attempt + 1 });
}

async function isApplied(
  ctx: ObjectSharedContext,
  head: TaskHead,
  { messageId, unlike, segment }: Nudge,
): Promise<boolean> {
  if (segment !== undefined)
    return head.segment.number > segment || (head.segment.number === segment && !head.segment.open);
  if (messageId !== undefined) return (await ctx.get<MessageRow>(messageKey(messageId))) !== null;
  if (unlike === undefined) return head.cancelling || head.status === "cancelled";
  const now = head.operations.find((each) => each.operationId === unlike.operationId);
  return now === undefined || digestOf(now) !== unlike.digest;
}
