// Owns how often a segment is told, whatever becomes of its attempts, and that no error's text is.
import type { HooksProvider } from "@restatedev/restate-sdk";
import { TerminalError } from "@restatedev/restate-sdk";
import { describe, expect, it } from "vitest";
import type { TaskEvent } from "../../contract/event.ts";
import { createSegmentHook, noteEvents } from "../../telemetry/segment-hook.ts";
import { segmentSpan, stepSpan } from "../../telemetry/span-ids.ts";
import { keepSpans } from "./support/kept-spans.ts";

const UID = "uid-1";

function event(seq: number, type: string, data: object): TaskEvent {
  return {
    v: 2,
    seq,
    at: 1_000 + seq,
    actor: { kind: "runtime" },
    prev: "",
    hash: "",
    type,
    data,
  } as never;
}

const started = (segment: number) =>
  event(segment, "segment.started", { segment, invocationId: "inv_1", agentVersion: "3" });
const answered = (step: number) =>
  event(10 + step, "model.answered", {
    step,
    startedAt: 1_002,
    usage: { inputTokens: 5, outputTokens: 7 },
  });
const returned = (step: number) => event(20 + step, "tool.returned", { step });
const parked = event(30, "task.parked", { status: "waiting-provider", reason: "x", wakeAt: 5_000 });

interface Attempt {
  readonly handler?: string;
  readonly service?: string;
  readonly traceparent?: string;
  readonly isProcessing?: boolean;
}

/** One attempt of a handler that does this. */
async function attempt(hook: HooksProvider, does: () => Promise<void>, of: Attempt = {}) {
  const { handler = "run", service = "clerk", isProcessing = true, traceparent } = of;
  const target = { service, handler, key: "t", toString: () => `${service}/t/${handler}` };
  const attemptHeaders = new Map(traceparent === undefined ? [] : [["traceparent", traceparent]]);
  const ctx = { request: { target, attemptHeaders, id: "inv_1" } };
  Object.defineProperty(ctx, Symbol.for("@restatedev/restate-sdk/hooks.isProcessing"), {
    value: () => isProcessing,
  });
  const { interceptor } = hook(ctx as never);
  await (interceptor?.handler?.(does) ?? does());
}

const wholeSegment = (segment: number) => async () => {
  noteEvents(UID, [started(segment)]);
  await Promise.resolve();
  noteEvents(UID, [answered(1), returned(1), parked]);
};

/** What the SDK ends an attempt with that it suspends. */
const suspended = () => Promise.reject(new TerminalError("suspended", { errorCode: 599 }));

describe("a segment", () => {
  it("R3 is told by the attempt that ends it, and by no other", async () => {
    const { source, spans } = keepSpans();
    const hook = createSegmentHook(source);
    await attempt(hook, async () => {
      await wholeSegment(2)();
      await suspended();
    }).catch(() => undefined);
    expect(spans()).toEqual([]);
    await attempt(hook, wholeSegment(2));
    expect(spans().map(({ name }) => name)).toEqual([
      "step 1",
      "wait provider",
      "invoke_agent clerk",
    ]);
    // Its end was in the journal: it has been told.
    await attempt(hook, wholeSegment(2), { isProcessing: false });
    expect(spans()).toHaveLength(3);
  });

  it("stands at ids that any process computes, by recorded times, linked to the one before", async () => {
    const { source, spans } = keepSpans();
    await attempt(createSegmentHook(source), wholeSegment(2));
    const [step, wait, segment] = spans();
    expect(segment?.spanContext()).toMatchObject({
      traceId: segmentSpan(UID, 2).traceId,
      spanId: segmentSpan(UID, 2).spanId,
    });
    expect(segment?.parentSpanContext).toBeUndefined();
    expect(segment?.links.map((link) => link.context.spanId)).toEqual([segmentSpan(UID, 1).spanId]);
    expect(segment?.attributes).toMatchObject({
      "gen_ai.conversation.id": UID,
      "gen_ai.usage.input_tokens": 5,
      "gen_ai.agent.version": "3",
      "holdfast.segment": 2,
    });
    expect(step?.spanContext().spanId).toBe(stepSpan(UID, 1).spanId);
    expect([step?.startTime, step?.endTime]).toEqual([
      [1, 2_000_000],
      [1, 21_000_000],
    ]);
    expect(wait?.attributes["holdfast.wait.until"]).toBe("1970-01-01T00:00:05.000Z");
    for (const each of [step, wait])
      expect(each?.parentSpanContext?.spanId).toBe(segmentSpan(UID, 2).spanId);
  });

  it("R44 F39 an attempt that fails is told without a word of its error", async () => {
    const { source, spans } = keepSpans();
    const failing = attempt(createSegmentHook(source), async () => {
      noteEvents(UID, [started(1)]);
      throw new TypeError("hush-1 in a message");
    });
    await expect(failing).rejects.toThrow("hush-1");
    expect(spans().map(({ name, attributes }) => [name, attributes["error.type"]])).toEqual([
      ["attempt failed", "TypeError"],
    ]);
    expect(JSON.stringify(spans().map(({ status, events }) => [status, events]))).not.toContain(
      "hush",
    );
  });

  it("R44 F39 nor does the caller's trace have one", async () => {
    const { source, spans } = keepSpans();
    const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
    const fail = () => Promise.reject(new Error("hush-2 in a message"));
    const of = { service: "tools.pay", handler: "execute", traceparent };
    await expect(attempt(createSegmentHook(source), fail, of)).rejects.toThrow("hush-2");
    const [span] = spans();
    expect(span?.spanContext().traceId).toBe("a".repeat(32));
    expect(span?.status.code).toBe(2);
    expect(JSON.stringify([span?.status, span?.events, span?.attributes])).not.toContain("hush");
  });

  it("handlers that execute no segment are left alone", async () => {
    const { source, spans } = keepSpans();
    const hook = createSegmentHook(source);
    for (const of of [{ handler: "status" }, { service: "holdfast.approval", handler: "wake" }])
      await attempt(hook, wholeSegment(1), of);
    await attempt(hook, async () => noteEvents(UID, [parked]), { handler: "wake" });
    expect(spans()).toEqual([]);
  });
});
