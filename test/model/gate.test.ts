// Owns the gate between many tasks and one provider: at a clock of the test's own, and under
// a storm of 200 tasks over real HTTP.
import type { ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { ProviderReply } from "../../contract/model.ts";
import { createGate } from "../../services/model/gate.ts";
import { openaiChat } from "../../services/model/openai-chat.ts";
import { createThrottle } from "../../services/model/throttle.ts";
import { chatBody, sendJson, startProvider } from "./provider-server.ts";
import { neverAborted, requestOf } from "./requests.ts";

const OK: ProviderReply = { kind: "terminal", code: "invalid_request" };
const LATER: ProviderReply = { kind: "wait", code: "rate_limited", status: 429 };

describe("F10 the throttle", () => {
  it("closes for as long as the provider says, and spreads who comes back", () => {
    const clock = { now: 0 };
    const throttle = createThrottle({ maxConcurrent: 8, now: () => clock.now, random: () => 0.5 });
    const told = throttle.judge({ ...LATER, retryAfterMs: 2_000 }, throttle.period());
    expect(told).toEqual({ ...LATER, retryAfterMs: 2_013 });
    clock.now = 1_999;
    expect(throttle.isClosed()).toBe(true);
    expect(throttle.turnAway()).toMatchObject({ kind: "wait", retryAfterMs: 1 + 25 });
    clock.now = 2_000;
    expect(throttle.isClosed()).toBe(false);
    expect(throttle.allowed()).toBe(1);
  });

  it("lets one call go out after a closing, and doubles with each that is taken", () => {
    const clock = { now: 0 };
    const throttle = createThrottle({ maxConcurrent: 6, now: () => clock.now, random: () => 1 });
    const before = throttle.period();
    throttle.judge(LATER, before);
    const allowed: number[] = [];
    for (let call = 0; call < 4; call += 1) {
      allowed.push(throttle.allowed());
      throttle.judge(OK, throttle.period());
    }
    expect([...allowed, throttle.allowed()]).toEqual([1, 2, 4, 6, 6]);
  });

  it("is neither opened nor pushed on by calls that went out before it closed", () => {
    const throttle = createThrottle({ maxConcurrent: 8, now: () => 0, random: () => 1 });
    const before = throttle.period();
    throttle.judge({ ...LATER, retryAfterMs: 1_000 }, before);
    const period = throttle.period();
    throttle.judge(LATER, before);
    throttle.judge(OK, before);
    expect(throttle.period()).toBe(period);
    expect(throttle.allowed()).toBe(1);
    expect(throttle.isClosed()).toBe(true);
  });

  it("backs off further each time that the provider says later without a time", () => {
    const clock = { now: 0 };
    const throttle = createThrottle({ maxConcurrent: 8, now: () => clock.now, random: () => 1 });
    const pauses = Array.from({ length: 8 }, () => {
      throttle.judge(LATER, throttle.period());
      const closedAt = clock.now;
      while (throttle.isClosed()) clock.now += 250;
      return clock.now - closedAt;
    });
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1_000));
  });

  it("leaves failures that say nothing about others to their own tasks", () => {
    const throttle = createThrottle({ maxConcurrent: 8, now: () => 0, random: () => 1 });
    const lost: ProviderReply = { kind: "wait", code: "connection" };
    expect(throttle.judge(lost, throttle.period())).toEqual(lost);
    expect(throttle.allowed()).toBe(8);
    expect(throttle.isClosed()).toBe(false);
  });
});

describe("F10 the gate", () => {
  it("lets no more calls out at once than it should", async () => {
    const gate = createGate({ maxConcurrent: 3 });
    let running = 0;
    let most = 0;
    const work = async (): Promise<ProviderReply> => {
      running += 1;
      most = Math.max(most, running);
      await pause(1);
      running -= 1;
      return OK;
    };
    await Promise.all(Array.from({ length: 20 }, () => gate(work, neverAborted())));
    expect(most).toBe(3);
  });

  it("lets no more calls out in a minute than it should, and an aborted one leaves the queue", async () => {
    const gate = createGate({ maxRequestsPerMinute: 2 });
    const abort = new AbortController();
    let calls = 0;
    const work = (): Promise<ProviderReply> => {
      calls += 1;
      return Promise.resolve(OK);
    };
    await Promise.all([gate(work, neverAborted()), gate(work, neverAborted())]);
    const third = gate(work, abort.signal);
    abort.abort("enough");
    await expect(third).rejects.toMatchObject({ name: "AbortError" });
    expect(calls).toBe(2);
  });

  it("sends away who waits in its queue when it closes", async () => {
    const gate = createGate({ maxConcurrent: 1, now: () => 0, random: () => 0 });
    const first = Promise.withResolvers<ProviderReply>();
    const calls = [
      gate(() => first.promise, neverAborted()),
      gate(() => Promise.reject(new Error("went out")), neverAborted()),
    ];
    first.resolve({ ...LATER, retryAfterMs: 500 });
    expect(await Promise.all(calls)).toMatchObject([
      { kind: "wait", retryAfterMs: 500 },
      { kind: "wait", retryAfterMs: 500 },
    ]);
  });

  it("answers at once while it is closed, and lets one out when it reopens", async () => {
    const clock = { now: 0 };
    const gate = createGate({ now: () => clock.now, random: () => 0 });
    await gate(() => Promise.resolve({ ...LATER, retryAfterMs: 500 }), neverAborted());
    let out = 0;
    const answer = Promise.withResolvers<ProviderReply>();
    const work = (): Promise<ProviderReply> => {
      out += 1;
      return answer.promise;
    };
    expect(await gate(work, neverAborted())).toMatchObject({ kind: "wait", retryAfterMs: 500 });
    expect(out).toBe(0);
    clock.now = 500;
    const calls = [1, 2, 3, 4].map(() => gate(work, neverAborted()));
    expect(out).toBe(1);
    answer.resolve(OK);
    expect(await Promise.all(calls)).toEqual([OK, OK, OK, OK]);
    expect(out).toBe(4);
  });

  it("throws what a broken provider throws", async () => {
    const gate = createGate();
    const bug = new Error("bug");
    await expect(gate(() => Promise.reject(bug), neverAborted())).rejects.toBe(bug);
  });
});

describe("F10 200 tasks at a provider that says 429", () => {
  it("do not storm it, and all get their answer", async () => {
    const maxConcurrent = 8;
    const closedMs = 400;
    const counts = { whileClosed: 0, beforeFirstAnswer: 0, answered: 0 };
    const held: ServerResponse[] = [];
    let opensAt = Number.POSITIVE_INFINITY;
    await using server = await startProvider((response) => {
      if (Date.now() < opensAt) {
        counts.whileClosed += 1;
        held.push(response);
        // All that are in flight are told to come later, at one moment.
        if (counts.whileClosed < maxConcurrent) return;
        opensAt = Math.min(opensAt, Date.now() + closedMs);
        for (const each of held.splice(0)) {
          sendJson(each, 429, { error: {} }, { "retry-after-ms": String(closedMs) });
        }
        return;
      }
      if (counts.answered === 0) counts.beforeFirstAnswer += 1;
      // Long enough for a second request to arrive, if one were let out.
      setTimeout(() => {
        counts.answered += 1;
        sendJson(response, 200, chatBody({ content: "done" }));
      }, 20);
    });
    const provider = openaiChat({ apiKey: "k", baseURL: server.baseURL, gate: { maxConcurrent } });
    const closed = Promise.withResolvers<void>();
    // Each task does what the runtime does: it waits as long as it is told, and asks again.
    const task = async (): Promise<ProviderReply> => {
      for (;;) {
        const reply = await provider.call(requestOf(), neverAborted());
        if (reply.kind !== "wait") return reply;
        closed.resolve();
        await pause(reply.retryAfterMs);
      }
    };
    const early = Array.from({ length: 100 }, task);
    await closed.promise;
    const late = Array.from({ length: 100 }, task);
    const replies = await Promise.all([...early, ...late]);
    expect(replies.filter((reply) => reply.kind === "answered")).toHaveLength(200);
    expect(counts).toEqual({ whileClosed: maxConcurrent, beforeFirstAnswer: 1, answered: 200 });
  });
});
