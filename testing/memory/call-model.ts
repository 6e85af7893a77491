// Owns one model call of a segment in memory, as objects/agent/call-model.ts makes it: what may
// cut it short, and the waits for a provider that says "later" (L12).
import type { ModelOutcome } from "../../contract/model.ts";
import { waitForProvider } from "../../core/park.ts";
import type { AskedWith } from "../../core/transition/model-outcome.ts";
import { onModelOutcome } from "../../core/transition/model-outcome.ts";
import { grantsOf } from "./memory-authority.ts";
import type { MemorySegment, StepEnd } from "./memory-segment.ts";

export async function callModel(segment: MemorySegment, room: 1 | 2): Promise<StepEnd> {
  const { task } = segment;
  const asked = {
    contextTo: task.head.nextSeq - 1,
    contextDigest: task.head.hash,
    manifest: task.manifest,
    room,
  };
  const outcome = await awaitModel(segment, asked);
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

async function awaitModel(
  segment: MemorySegment,
  asked: AskedWith,
): Promise<ModelOutcome | "abort"> {
  const { task } = segment;
  const { agent, taskId, taskUid, step, owner, tenant, policyVersion } = task.head;
  const { contextTo, contextDigest, room } = asked;
  const whose = { agent, taskId, taskUid, owner, tenant, grants: grantsOf(task.log) };
  const call = { ...whose, step: step + 1, contextTo, contextDigest, room, policyVersion };
  const aborted = new AbortController();
  const answer = task.clock.work(() => task.callModel({ ...call, recent: [] }, aborted.signal));
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
