// Owns the undoing of one effect in a segment: a call of the tool's `compensate`, once, which
// parks the task when it takes long. What is undone next is core's to say (R46).
import { RestatePromise } from "@restatedev/restate-sdk";
import { toolServiceName } from "../../contract/ids.ts";
import type { CompensateRequest, CompensateResponse } from "../../contract/tool.ts";
import { parkForUndoing, parkUnregistered } from "../../core/park.ts";
import { compensationKey } from "../../core/tool-verb.ts";
import type { EffectRow } from "../../core/transition/compensation.ts";
import { onCompensated } from "../../core/transition/compensation.ts";
import type { StepEnd } from "./call-model.ts";
import { armTimer, findMissing } from "./call-tools.ts";
import { argumentsAt, endOf, lost } from "./issue-tool.ts";
import { holderOf } from "./holder.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { eventAt } from "./request-approval.ts";
import type { Segment } from "./segment.ts";
import { isSignal } from "./segment.ts";
import { effectKey } from "./task-state.ts";

export async function compensate(segment: Segment, n: number): Promise<StepEnd> {
  const { ctx, writer, agent, signals } = segment;
  const { row, effect, request } = await loadEffect(segment, n);
  const missing = await findMissing(segment, [row]);
  if (missing.length > 0) {
    writer.record([parkUnregistered(missing, writer.now)]);
    return "end";
  }
  writer.commit();
  const call = ctx.genericCall<CompensateRequest, CompensateResponse>({
    service: toolServiceName(row.tool),
    method: "compensate",
    parameter: request,
    inputSerde: jsonOf(),
    outputSerde: jsonOf(),
    idempotencyKey: compensationKey(row.operationId, writer.head.compensation?.blocked?.times ?? 0),
  });
  const ended = endOf(call);
  segment.toolWaits += 1;
  for (;;) {
    const timer = armTimer(segment);
    const first = await RestatePromise.race([ended, timer.promise, signals.pending()]);
    if (first === "timer") {
      delete segment.toolTimer;
      writer.now = Math.max(writer.now, timer.dueAt);
      if (timer.armedAt !== segment.toolWaits) continue;
      // The tool wakes the task when it is done; this look is for a wake that got lost.
      writer.record([parkForUndoing(row.tool, writer.now + agent.limits.toolWaitMs * 4)]);
      return "end";
    }
    if (isSignal(first)) return "yield";
    const answer = first.response ?? lost(first, writer.now);
    if (answer.outcome !== "lost")
      writer.now = Math.max(writer.now, answer.startedAt + answer.durationMs);
    writer.record(onCompensated(writer.head, n, effect, answer));
    return "go-on";
  }
}

/** What was done, as the row and the log have it. */
async function loadEffect(segment: Segment, n: number) {
  const { ctx, writer, agent } = segment;
  const row = await ctx.get<EffectRow>(effectKey(n));
  if (row === null) throw new Error(`the task has no effect ${n}`);
  const event = await eventAt(segment, row.returnedSeq);
  if (event?.type !== "tool.returned" || event.data.outcome !== "ok")
    throw new Error(`the log has no result at entry ${row.returnedSeq}`);
  const { ordinal, argumentsDigest, result, mediaType } = event.data;
  const { taskId, taskUid } = writer.head;
  const asked = await eventAt(segment, row.answerSeq);
  const request: CompensateRequest = {
    v: 1,
    operationId: row.operationId,
    agent: agent.name,
    taskId,
    taskUid,
    tool: row.tool,
    ...(await holderOf(segment, event.data, asked)),
    arguments: await argumentsAt(segment, { answerSeq: row.answerSeq, ordinal }),
    argumentsDigest,
    issuedAt: writer.now,
    wakeAfterMs: agent.limits.toolWaitMs / 2,
    result,
    mediaType,
  };
  return { row, effect: event.data, request };
}
