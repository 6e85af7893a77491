// Owns the undoing of one effect in memory, as objects/agent/compensate.ts does it (R46).
import type { EventData } from "../../contract/event.ts";
import type { CompensateRequest } from "../../contract/tool.ts";
import { parkForUndoing, parkUnregistered } from "../../core/park.ts";
import { compensationKey } from "../../core/tool-verb.ts";
import { onCompensated } from "../../core/transition/compensation.ts";
import { inTime } from "./call-tools.ts";
import { argumentsAt } from "./issue-tool.ts";
import { holderOf } from "./holder.ts";
import type { MemorySegment, StepEnd } from "./memory-segment.ts";
import type { MemoryTask } from "./memory-task.ts";

export async function compensate(segment: MemorySegment, n: number): Promise<StepEnd> {
  const { task } = segment;
  const { toolWaitMs } = task.agent.limits;
  const { effect, request } = findEffect(task, n);
  const missing = task.tools.unserved([effect.tool]);
  if (missing.length > 0) {
    task.record([parkUnregistered(missing, task.clock.now())]);
    return "end";
  }
  const blocked = task.head.compensation?.blocked?.times ?? 0;
  const key = compensationKey(effect.operationId, blocked);
  const { outcome } = task.tools.compensate(key, request);
  const first = await inTime(segment, toolWaitMs, [outcome]);
  if (first === "late") {
    task.record([parkForUndoing(effect.tool, task.clock.now() + toolWaitMs * 4)]);
    return "end";
  }
  if (typeof first === "string") return "yield";
  task.record(onCompensated(task.head, n, effect, first));
  return "go-on";
}

type Applied = Extract<EventData["tool.returned"], { outcome: "ok" }>;

/** The effect that has this number now: after a rollback the numbers begin anew. */
function findEffect(
  task: MemoryTask,
  n: number,
): { readonly effect: Applied; readonly request: CompensateRequest } {
  const event = task.log.findLast(
    (each) =>
      each.type === "tool.returned" && each.data.outcome === "ok" && each.data.compensable?.n === n,
  );
  const effect =
    event?.type === "tool.returned" && event.data.outcome === "ok" ? event.data : undefined;
  if (effect?.compensable === undefined) throw new Error(`the task has no effect ${n}`);
  const { operationId, tool, ordinal, argumentsDigest, result, mediaType } = effect;
  const { taskId, taskUid } = task.head;
  const { answerSeq } = effect.compensable;
  const request: CompensateRequest = {
    v: 1,
    operationId,
    agent: task.agent.name,
    taskId,
    taskUid,
    tool,
    ...holderOf(task, effect),
    arguments: argumentsAt(task, { answerSeq, ordinal }),
    argumentsDigest,
    issuedAt: task.clock.now(),
    wakeAfterMs: task.agent.limits.toolWaitMs / 2,
    result,
    mediaType,
  };
  return { effect, request };
}
