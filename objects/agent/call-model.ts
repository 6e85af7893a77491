// Owns one model call of a segment: the action, the signals that may cut it short, and the
// waits for a provider that says "later" (L6, L12).
import { RestatePromise } from "@restatedev/restate-sdk";
import type { ModelOutcome } from "../../contract/model.ts";
import type { GoesOn, ModelCall } from "../../contract/port.ts";
import { waitForProvider } from "../../core/park.ts";
import type { AskedWith } from "../../core/transition/model-outcome.ts";
import { settledModelCall } from "../../core/transition/budget.ts";
import { onModelOutcome } from "../../core/transition/model-outcome.ts";
import { grantsOf } from "./holder.ts";
import { reserveModelCall } from "./reserve.ts";
import type { Segment } from "./segment.ts";
import { isSignal } from "./segment.ts";

/** What the segment does next. */
export type StepEnd = "go-on" | "yield" | "end";

const STEPS_PER_SAVE = 8;

export async function callModel(segment: Segment, room: 1 | 2): Promise<StepEnd> {
  const { writer, agent } = segment;
  // Now and then the head is stored, so that who catches up reads a bounded part of the log.
  if (segment.steps % STEPS_PER_SAVE === STEPS_PER_SAVE - 1) writer.save();
  else writer.commitIfDue();
  const { estimateCall } = segment.ports;
  const reserved =
    estimateCall === undefined
      ? undefined
      : await reserveModelCall(
          segment,
          await callOf(segment, askWith(segment, room)),
          estimateCall,
        );
  if (typeof reserved === "string") return reserved;
  const asked = askWith(segment, room);
  const cap = reserved?.estimate.maxOutputTokens;
  const outcome = await awaitModel(segment, await callOf(segment, asked, cap));
  if (reserved !== undefined) writer.record([settledModelCall(writer.head, reserved, outcome)]);
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

function askWith({ writer, manifest }: Segment, room: 1 | 2): AskedWith {
  const { nextSeq, hash } = writer.head;
  return { contextTo: nextSeq - 1, contextDigest: hash, manifest, room };
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

async function callOf(
  segment: Segment,
  { contextTo, contextDigest, room }: AskedWith,
  maxOutputTokens?: number,
): Promise<ModelCall> {
  const { writer } = segment;
  const { agent, taskId, taskUid, step, owner, tenant, policyVersion } = writer.head;
  return {
    agent,
    taskId,
    taskUid,
    step: step + 1,
    contextTo,
    contextDigest,
    room,
    maxOutputTokens,
    recent: writer.written,
    owner,
    tenant,
    grants: await grantsOf(segment),
    policyVersion,
  };
}

/**
 * The engine closes the way to an invocation that says nothing for a while, and a signal waits until the
 * next attempt then. So a call that takes long says now and then that it goes on: what it is in is
 * kept by this attempt, and one that comes after it calls again, as after every loss.
 */
async function awaitModel(segment: Segment, call: ModelCall): Promise<ModelOutcome | "abort"> {
  const { ctx, ports, signals } = segment;
  const aborted = new AbortController();
  let inFlight: Promise<ModelAction> | undefined;
  const action = (): Promise<ModelAction | GoesOn> => {
    inFlight ??= beginCall(segment, call, aborted);
    return ports.whilePatient(inFlight);
  };
  let answer = ctx.run("model-call", action);
  for (;;) {
    const first = await RestatePromise.race([answer, signals.pending()]);
    if (isSignal(first)) {
      // After a yield the only signal that is listened to is the one to abort.
      if (first === "abort" || signals.yielded) {
        aborted.abort();
        return "abort";
      }
      signals.yielded = true;
    } else if ("goesOn" in first) {
      answer = ctx.run("model-call-goes-on", action);
    } else {
      signals.yielded ||= first.draining;
      return first.outcome;
    }
  }
}

async function beginCall(
  { ctx, ports }: Segment,
  call: ModelCall,
  aborted: AbortController,
): Promise<ModelAction> {
  // A closure that lost its race goes on running: it ends with the attempt, or by our abort.
  const attempt = ctx.request().attemptCompletedSignal;
  const abort = (): void => aborted.abort();
  attempt.addEventListener("abort", abort, { once: true });
  try {
    const outcome = await ports.callModel(call, aborted.signal);
    return { outcome, draining: ports.isDraining() };
  } catch (error) {
    // After an abort nobody reads the result; a failure would fail the whole attempt.
    if (aborted.signal.aborted && !attempt.aborted) return "abort";
    throw error;
  } finally {
    attempt.removeEventListener("abort", abort);
  }
}

/** A short durable wait for the provider; a command ends it early. */
async function sleep(segment: Segment, ms: number): Promise<StepEnd> {
  const { ctx, writer, signals } = segment;
  writer.commit();
  if (signals.yielded) return "yield";
  const first = await RestatePromise.race([
    ctx.sleep(ms).map(() => "slept" as const),
    signals.pending(),
  ]);
  segment.waitedMs += ms;
  writer.now += ms;
  return first === "slept" ? "go-on" : "yield";
}
