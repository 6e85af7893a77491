// Owns one step's model call as the agent object sees it: from the log to a judged answer
// whose large texts are references, over scripted providers.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ModelOutcome, ModelProvider } from "../../contract/model.ts";
import { manifestOf, sealManifest } from "../../core/define-agent.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";
import { callerOf, clerkOf, replyOf, scripted } from "./clerk.ts";
import { neverAborted } from "./requests.ts";
import { answered, callFor, sealAll, userMessage } from "./task-log.ts";
import { changedArtifacts } from "../support/changed-artifacts.ts";

const LOG = sealAll([userMessage("hello")]);
const CALL = callFor(LOG, 1);
const BONN = { callId: "a", name: "weather", arguments: '{"city":"Bonn"}' };

const digestA = { callId: "a", check: { ok: true }, name: "weather" };

function answerOf(outcome: ModelOutcome) {
  if (outcome.kind !== "answered") throw new Error(`not answered: ${outcome.code}`);
  return outcome.answer;
}

describe("a model call", () => {
  it("asks with the log's context and the manifest's instructions and tools", async () => {
    const p = scripted(replyOf({ text: "Good day." }));
    const outcome = await callerOf({ providers: { p } })(CALL, neverAborted());
    expect(p.requests[0]).toMatchObject({
      model: "m",
      instructions: "You are a clerk.",
      tools: [{ name: "weather" }],
      messages: [{ role: "user", parts: [{ type: "text", text: "hello" }] }],
    });
    expect(p.requests[0]).not.toHaveProperty("maxOutputTokens");
    expect(outcome).toMatchObject({
      kind: "answered",
      provider: "p",
      model: "m",
      answer: { text: { text: "Good day." }, calls: [], finish: "stop" },
      usage: { inputTokens: 1, outputTokens: 2 },
      fallbacks: [],
      unregistered: [],
    });
  });

  it("F3 F4 judges the calls, and asks only for those that can be made who serves them", async () => {
    const calls = [
      BONN,
      { ...BONN, callId: "b", name: "nope" },
      { ...BONN, callId: "c", arguments: "{" },
    ];
    const asked: (readonly string[])[] = [];
    const findUnregistered = (tools: readonly string[]) => {
      asked.push(tools);
      return Promise.resolve(["weather"]);
    };
    const p = scripted(replyOf({ calls, finish: "tool-calls" }));
    const caller = callerOf({ providers: { p }, options: { findUnregistered } });
    const outcome = await caller(CALL, neverAborted());
    expect(answerOf(outcome).calls).toMatchObject([
      digestA,
      { callId: "b", check: { ok: false, code: "unknown_tool" } },
      { callId: "c", check: { ok: false, code: "invalid_json" } },
    ]);
    expect(asked).toEqual([["weather"]]);
    expect(outcome).toMatchObject({ unregistered: ["weather"] });
  });

  it("keeps a paid answer when nobody can say who serves its tools", async () => {
    const findUnregistered = () => Promise.reject(new Error("admin is down"));
    const p = scripted(replyOf({ calls: [BONN] }));
    const caller = callerOf({ providers: { p }, options: { findUnregistered } });
    expect(await caller(CALL, neverAborted())).toMatchObject({
      kind: "answered",
      unregistered: ["weather"],
    });
  });

  it("F9 gives twice the room after a cut answer", async () => {
    const p = scripted(replyOf({ text: "x" }));
    const caller = callerOf({ providers: { p }, limits: { maxOutputTokens: 100 } });
    await caller(CALL, neverAborted());
    await caller({ ...CALL, room: 2 }, neverAborted());
    expect(p.requests.map(({ maxOutputTokens }) => maxOutputTokens)).toEqual([100, 200]);
  });

  it("judges a final answer where the agent has an output schema, and only then", async () => {
    const output = z.object({ total: z.number() });
    const judged = async (reply: Parameters<typeof replyOf>[0]) => {
      const caller = callerOf({ providers: { p: scripted(replyOf(reply)) }, output });
      return answerOf(await caller(CALL, neverAborted())).output;
    };
    expect(await judged({ text: '{"total":1}' })).toEqual({ ok: true });
    expect(await judged({ text: "one" })).toMatchObject({ ok: false });
    expect(await judged({ text: "{", finish: "length" })).toBeUndefined();
    expect(await judged({ text: "so", calls: [BONN], finish: "tool-calls" })).toBeUndefined();
  });
});

describe("what a model call leaves behind", () => {
  it("R2 keeps small texts in place and large ones by reference, bytes and all", async () => {
    const artifacts = createMemoryArtifactStore();
    const long = `{"city":"${"ö".repeat(600)}"}`;
    const reply = replyOf({
      text: "y".repeat(1024),
      calls: [{ ...BONN, arguments: long }],
      response: "z".repeat(1025),
    });
    const caller = callerOf({ providers: { p: scripted(reply) }, artifacts });
    const outcome = await caller(CALL, neverAborted());
    const answer = answerOf(outcome);
    expect(answer.text).toEqual({ text: "y".repeat(1024) });
    const written = answer.calls[0]?.arguments;
    if (written === undefined || !("artifact" in written)) throw new Error("not by reference");
    expect(
      new TextDecoder().decode(await artifacts.ofTenant(undefined).get(written.artifact)),
    ).toBe(long);
    expect(outcome).toMatchObject({ response: { artifact: { size: 1025 } } });
    // In the next step's context it is whole again.
    const p = scripted(replyOf({}));
    const events = [...LOG, ...sealAll([answered(1, answer)], LOG[0])];
    await callerOf({ providers: { p }, artifacts })(callFor(events, 2), neverAborted());
    expect(p.requests[0]?.messages[1]).toMatchObject({ calls: [{ arguments: long }] });
  });

  it("L6 stays small however many calls an answer has", async () => {
    const calls = Array.from({ length: 1_000 }, (_, index) => ({
      ...BONN,
      callId: `c${index}`,
      arguments: JSON.stringify({ city: "x".repeat(900) }),
    }));
    const caller = callerOf({ providers: { p: scripted(replyOf({ calls })) } });
    const answer = answerOf(await caller(CALL, neverAborted()));
    const inline = answer.calls.filter((call) => "text" in call.arguments);
    expect(inline.length * 900).toBeLessThanOrEqual(8 * 1024);
    expect(answer.calls.filter((call) => call.check.ok)).toHaveLength(64);
  });

  it("R2 stores the manifest before the first call, again only after a failure", async () => {
    const artifacts = createMemoryArtifactStore();
    const puts: string[] = [];
    let down = true;
    const p = scripted(replyOf({ text: "x" }));
    const failing = changedArtifacts(artifacts, (own) => ({
      put: (bytes, mediaType) => {
        puts.push(mediaType);
        return down ? Promise.reject(new Error("store down")) : own.put(bytes, mediaType);
      },
    }));
    const caller = callerOf({ providers: { p }, artifacts: failing });
    await expect(caller(CALL, neverAborted())).rejects.toThrow("store down");
    expect(p.requests).toHaveLength(0);
    down = false;
    await caller(CALL, neverAborted());
    await caller(CALL, neverAborted());
    expect(puts).toHaveLength(2);
    const { json, sha256 } = sealManifest(manifestOf(clerkOf()));
    const ref = { sha256, size: Buffer.byteLength(json), mediaType: "application/json" };
    expect(new TextDecoder().decode(await artifacts.ofTenant(undefined).get(ref))).toBe(json);
  });

  it("R47 keeps texts and the manifest with the task's tenant, and reads there alone", async () => {
    const artifacts = createMemoryArtifactStore();
    const long = "of acme ".repeat(200);
    const p = scripted(replyOf({ text: long }));
    const caller = callerOf({ providers: { p }, artifacts });
    const answer = answerOf(await caller({ ...CALL, tenant: "acme" }, neverAborted()));
    if (answer.text === undefined || !("artifact" in answer.text)) throw new Error("not stored");
    const manifest = sealManifest(manifestOf(clerkOf())).sha256;
    for (const digest of [answer.text.artifact.sha256, manifest]) {
      expect(await artifacts.ofTenant("acme").find(digest)).toBeDefined();
      expect(await artifacts.ofTenant("zenith").find(digest)).toBeUndefined();
    }
    const events = [...LOG, ...sealAll([answered(1, answer)], LOG[0])];
    await caller({ ...callFor(events, 2), tenant: "acme" }, neverAborted());
    expect(p.requests.at(-1)?.messages[1]).toMatchObject({ text: long });
    await expect(
      caller({ ...callFor(events, 2), tenant: "zenith" }, neverAborted()),
    ).rejects.toThrow(/is not in the store$/);
    // Of each tenant once: the second one has a manifest of its own now.
    expect(await artifacts.ofTenant("zenith").find(manifest)).toBeDefined();
  });
});

describe("R11 an agent's other models", () => {
  it("F10 answer in the place of the first, and the outcome says so", async () => {
    const p = scripted({ kind: "wait", code: "overloaded", status: 529 });
    const q = scripted(replyOf({ text: "hi" }));
    const caller = callerOf({ providers: { p, q }, models: ["p/m", "nowhere/x", "q/n"] });
    expect(await caller(CALL, neverAborted())).toMatchObject({
      kind: "answered",
      provider: "q",
      model: "n",
      fallbacks: [
        { provider: "p", model: "m", code: "overloaded" },
        { provider: "nowhere", model: "x", code: "provider_not_configured" },
      ],
    });
    expect(q.requests[0]?.model).toBe("n");
  });

  it("are sent text and calls, and only the model itself the items that it made", async () => {
    const made = scripted(replyOf({ text: "let me see", calls: [BONN], items: '[{"type":"r"}]' }));
    const answer = answerOf(await callerOf({ providers: { p: made } })(CALL, neverAborted()));
    const events = [...LOG, ...sealAll([answered(1, answer)], LOG[0])];
    const down = scripted({ kind: "wait", code: "connection" });
    const other = scripted(replyOf({}));
    const providers = { p: down, q: other };
    await callerOf({ providers, models: ["p/m", "q/m"] })(callFor(events, 2), neverAborted());
    const spoken = { role: "assistant", text: "let me see", calls: [BONN] };
    expect(down.requests[0]?.messages[1]).toEqual({ ...spoken, items: '[{"type":"r"}]' });
    expect(other.requests[0]?.messages[1]).toEqual(spoken);
  });
});

describe("the end of a model call", () => {
  /** Says when it was asked, and never answers. */
  function hanging() {
    const asked = Promise.withResolvers<void>();
    const provider: ModelProvider = {
      call: (_request, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new DOMException("gone", "AbortError")));
          asked.resolve();
        }),
    };
    return { provider, asked: asked.promise };
  }

  it("F10 by the agent's own time limit is something to wait for, or to try another model", async () => {
    const p = hanging().provider;
    const limits = { modelTimeoutMs: 20 };
    const alone = callerOf({ providers: { p }, limits });
    expect(await alone(CALL, neverAborted())).toMatchObject({ kind: "wait", code: "timeout" });
    const q = scripted(replyOf({ text: "hi" }));
    const both = callerOf({ providers: { p, q }, limits, models: ["p/m", "q/m"] });
    expect(await both(CALL, neverAborted())).toMatchObject({
      kind: "answered",
      fallbacks: [{ provider: "p", code: "timeout" }],
    });
  });

  it("by an abort is an AbortError, and asks no other model", async () => {
    const { provider, asked } = hanging();
    const q = scripted(replyOf({}));
    const abort = new AbortController();
    const call = callerOf({ providers: { p: provider, q }, models: ["p/m", "q/m"] })(
      CALL,
      abort.signal,
    );
    await asked;
    abort.abort();
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
    expect(q.requests).toHaveLength(0);
  });

  it("by a provider's bug is that error", async () => {
    const p: ModelProvider = { call: () => Promise.reject(new TypeError("bug")) };
    await expect(callerOf({ providers: { p } })(CALL, neverAborted())).rejects.toThrow("bug");
  });
});
