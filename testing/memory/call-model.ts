// Owns one model call of a segment in memory, as objects/agent/call-model.ts makes it: what may
// cut it short, and the waits for a provider that says "later" (L12).
import type { ModelOutcome } from "../../contract/model.ts";
import type { ModelCall } from "../../contract/port.ts";
import { waitForProvider } from "../../core/park.ts";
import { settledModelCall } from "../../core/transition/budget.ts";
import type { AskedWith } from "../../core/transition/model-outcome.ts";
import { onModelOutcome } from "../../core/transition/model-outcome.ts";
import { grantsOf } from "./memory-authority.ts";
import type { MemorySegment, StepEnd } from "./memory-segment.ts";
import type { MemoryTask } from "./memory-task.ts";
import { reserveModelCall } from "./reserve.ts";

export async function callModel(segment: MemorySegment, room: 1 | 2): Promise<StepEnd> {
  const { task } = segment;
  const reserved = await reserveModelCall(segment, () => callOf(task, askWith(task, room)));
  if (reserved === "end") return reserved;
  const asked = askWith(task, room);
  const cap = reserved?.estimate.maxOutputTokens;
  const outcome = await awaitModel(segment, callOf(task, asked, cap));
  if (reserved !== undefined) task.record([settledModelCall(task.head, reserved, outcome)]);
  if (outcome === "abort") {
    task.record([{ type: "model.aborted", data: { step: task.head.step + 1 } }]);
    return "yield";
  }
  task.record(onModelOutcome(task.head, task.agent, asked, outcome));
  if (outcome.kind === "answered") {
    segment.steps += 1;
    segment.waitedMs = 0;
    return segment.yielded ? "yield" : "go-on";
  }
  if (outcome.kind === "terminal") return "go-on";
  const wait = waitForProvider(task.head, task.agent.limits, outcome, {
    ms: segment.waitedMs,
    now: task.clock.now(),
  });
  if (!("park" in wait)) return sleep(segment, wait.sleepMs);
  task.record([wait.park]);
  return "end";
}

function askWith({ head, manifest }: MemoryTask, room: 1 | 2): AskedWith {
  return { contextTo: head.nextSeq - 1, contextDigest: head.hash, manifest, room };
}

function callOf({ head, log }: MemoryTask, asked: AskedWith, maxOutputTokens?: number): ModelCall {
  const { agent, taskId, taskUid, step, owner, tenant, policyVersion } = head;
  const { contextTo, contextDigest, room } = asked;
  const whose = { agent, taskId, taskUid, owner, tenant, grants: grantsOf(log) };
  const what = { step: step + 1, contextTo, contextDigest, room, maxOutputTokens };
  return { ...whose, ...what, policyVersion, recent: [] };
}

async function awaitModel(
  segment: MemorySegment,
  call: ModelCall,
): Promise<ModelOutcome | "abort"> {
  const { task } = segment;
  const aborted = new AbortController();
  const answer = task.clock.work(() => task.callModel(call, aborted.signal));
  for (;;) {
    const first = await Promise.race([answer, ...segment.interruptions()]);
    if (typeof first === "object") return first;
    if (first === "abort") {
      // Nobody reads what becomes of it.
      answer.catch(() => undefined);
      aborted.abort();
      return "abort";
    }
    segment.yielded = true;
  }
}

/** A wait for the provider, in virtual time; a command ends it early. */
async function sleep(segment: MemorySegment, ms: number): Promise<StepEnd> {
  if (segment.yielded) return "yield";
  const woken = new AbortController();
  const slept = segment.task.clock.sleep(ms, woken.signal).then(
    () => "slept" as const,
    () => "woken" as const,
  );
  const first = await Promise.race([slept, ...segment.interruptions()]);
  woken.abort();
  segment.waitedMs += ms;
  return first === "slept" ? "go-on" : "yield";
}
