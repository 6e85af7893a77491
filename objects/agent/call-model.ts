// Owns one model call of a segment: the action, the signals that may cut it short, and the
// waits for a provider that says "later" (L6, L12).
import { RestatePromise } from "@restatedev/restate-sdk";
import type { ModelOutcome } from "../../contract/model.ts";
import type { ModelCall } from "../../contract/port.ts";
import { waitForProvider } from "../../core/decide.ts";
import type { AskedWith } from "../../core/transition/model-outcome.ts";
import { onModelOutcome } from "../../core/transition/model-outcome.ts";
import type { Segment } from "./segment.ts";

/** What the segment does next. */
export type StepEnd = "go-on" | "yield" | "end";

const STEPS_PER_SAVE = 8;

export async function callModel(segment: Segment, room: 1 | 2): Promise<StepEnd> {
  const { writer, agent } = segment;
  // Now and then the head is stored, so that who catches up reads a bounded part of the log.
  if (segment.steps % STEPS_PER_SAVE === STEPS_PER_SAVE - 1) writer.save();
  else writer.commitIfDue();
  const asked = {
    contextTo: writer.head.nextSeq - 1,
    contextDigest: writer.head.hash,
    manifest: segment.manifest,
    room,
  };
  const outcome = await awaitModel(segment, asked);
  if (outcome === "abort") {
    writer.record([{ type: "model.aborted", data: { step: writer.head.step + 1 } }]);
    return "yield";
  }
  writer.now = Math.max(writer.now, outcome.startedAt + outcome.durationMs);
  writer.record(onModelOutcome(writer.head, agent, asked, outcome));
  if (outcome.kind === "answered") {
    segment.steps += 1;
    segment.waitedMs = 0;
    noteRegistered(segment, outcome);
    return segment.signals.yielded ? "yield" : "go-on";
  }
  if (outcome.kind === "terminal") return "go-on";
  const wait = waitForProvider(writer.head, agent.limits, outcome, {
    ms: segment.waitedMs,
    now: writer.now,
  });
  if ("park" in wait) {
    writer.record([wait.park]);
    return "end";
  }
  return sleep(segment, wait.sleepMs);
}

function noteRegistered(
  segment: Segment,
  outcome: Extract<ModelOutcome, { kind: "answered" }>,
): void {
  for (const call of outcome.answer.calls) {
    if (call.check.ok && !outcome.unregistered.includes(call.name))
      segment.registered.add(call.name);
  }
}

/** What the action journals. */
type ModelAction = { readonly outcome: ModelOutcome; readonly draining: boolean } | "abort";

async function awaitModel(segment: Segment, asked: AskedWith): Promise<ModelOutcome | "abort"> {
  const { ctx, writer, ports, signals } = segment;
  const { agent, taskId, taskUid, step } = writer.head;
  const { contextTo, contextDigest, room } = asked;
  const call: ModelCall = {
    agent,
    taskId,
    taskUid,
    step: step + 1,
    contextTo,
    contextDigest,
    room,
    recent: writer.written,
  };
  const aborted = new AbortController();
  // A closure that lost its race goes on running: it gets the attempt's signal and ours.
  const signal = AbortSignal.any([aborted.signal, ctx.request().attemptCompletedSignal]);
  const action = async (): Promise<ModelAction> => {
    try {
      const outcome = await ports.callModel(call, signal);
      return { outcome, draining: ports.isDraining() };
    } catch (error) {
      // After an abort nobody reads the result; a failure would fail the whole attempt.
      if (aborted.signal.aborted) return "abort";
      throw error;
    }
  };
  const answer = ctx
    .run<ModelAction>("model-call", action)
    .map((value, failure) => ({ value, failure }));
  for (;;) {
    const first = await RestatePromise.race([answer, ...signals.pending()]);
    if (first === "yield") {
      signals.yielded = true;
    } else if (first === "abort") {
      aborted.abort();
      return "abort";
    } else if (first.value === undefined) {
      throw first.failure ?? new Error("the action model-call ended without a value");
    } else if (first.value === "abort") {
      return "abort";
    } else {
      signals.yielded ||= first.value.draining;
      return first.value.outcome;
    }
  }
}

/** A short durable wait for the provider; a command ends it early. */
async function sleep(segment: Segment, ms: number): Promise<StepEnd> {
  const { ctx, writer, signals } = segment;
  writer.commit();
  if (signals.yielded) return "yield";
  const first = await RestatePromise.race([
    ctx.sleep(ms).map(() => "slept" as const),
    ...signals.pending(),
  ]);
  segment.waitedMs += ms;
  writer.now += ms;
  return first === "slept" ? "go-on" : "yield";
}
