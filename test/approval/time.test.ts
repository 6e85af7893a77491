// Owns approvals and time on the real server: timers that outlive it, clocks that are wrong, a
// ladder that is climbed, and a decision that was late though nobody had noticed yet.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PATIENCE } from "../agent/support/task.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import { ask, askedAs } from "./support/client.ts";
import { packageOf } from "./support/approval-package.ts";

const WORKER = new URL("./support/approval-worker.ts", import.meta.url);

let engine: TestEngine;
beforeEach(async () => {
  engine = await startEngine();
});
afterEach(() => engine.stop());

const worker = (env: Record<string, string> = {}) => engine.spawnWorker(WORKER, env);
/** Until the wall clock shows it: the one thing here that nothing tells. */
const untilPast = (at: number) =>
  vi.waitFor(() => expect(Date.now()).toBeGreaterThan(at), PATIENCE);
const EXPIRED = { status: 410, body: { metadata: { code: "approval_expired" } } };

describe("F12 R36 at the end of its time", () => {
  it("is denied while the server was down, once, and a late decision is 410", async () => {
    await worker();
    const { approval, show, decide, toldOf, told } = await ask(engine, {
      rule: { expiresAfterMs: 3_000 },
    });
    const { digest } = await show();
    await engine.server.kill();
    await untilPast(approval.requestedAt + 3_000);
    await engine.restart();
    expect(await decide({ decision: "approve", digest, by: "ada" })).toMatchObject(EXPIRED);
    await toldOf("expired");
    expect((await told()).map(({ type }) => type)).toEqual(["opened", "expired"]);
    expect((await show()).state).toBe("expired");
  });

  it("a decision that waited for a worker meanwhile is later than it", async () => {
    const first = await worker();
    const { approval, show, decide, told, toldOf } = await ask(engine, {
      rule: { expiresAfterMs: 3_000 },
    });
    const { digest } = await show();
    await first.kill();
    const reply = decide({ decision: "approve", digest, by: "ada" });
    await untilPast(approval.requestedAt + 3_000);
    await engine.spawnWorker(WORKER, {}, { port: first.port, register: false });
    expect(await reply).toMatchObject(EXPIRED);
    await toldOf("expired");
    expect((await told()).filter(({ type }) => type === "decided")).toEqual([]);
  });

  it("is denied by the server's timer where the worker's clock is a day behind", async () => {
    await worker({ CLOCK_SHIFT_MS: String(-24 * 3_600_000) });
    const approval = packageOf({
      operationId: "behind/1/0/1",
      // By that worker's clock.
      requestedAt: Date.now() - 24 * 3_600_000,
      rule: { expiresAfterMs: 1_500 },
      requester: { taskId: "behind", taskUid: "behind" },
    });
    await engine.call("desk/behind/ask", approval);
    const asked = askedAs(engine, approval);
    await asked.toldOf("expired");
    const { digest } = await asked.show();
    expect(await asked.decide({ decision: "approve", digest, by: "ada" })).toMatchObject(EXPIRED);
  });

  it("is denied at the first look where the clock is ahead", async () => {
    const first = await worker();
    const { show, decide, toldOf } = await ask(engine, { rule: { expiresAfterMs: 3_600_000 } });
    const { digest } = await show();
    await first.kill();
    await engine.spawnWorker(
      WORKER,
      { CLOCK_SHIFT_MS: "7200000" },
      { port: first.port, register: false },
    );
    expect((await show()).state).toBe("expired");
    expect(await decide({ decision: "approve", digest, by: "ada" })).toMatchObject(EXPIRED);
    await toldOf("expired");
  });
});

describe("F13 R97 when nobody answers", () => {
  it("reminds, asks the next, and denies", async () => {
    await worker();
    const rule = {
      deciders: ["ada"],
      escalation: [{ afterMs: 300 }, { afterMs: 600, deciders: ["ben"] }],
      expiresAfterMs: 1_500,
    };
    const { toldOf, told } = await ask(engine, { rule, until: "expired" });
    expect(await toldOf("escalated")).toMatchObject({ rung: 2, to: ["ben"] });
    const types = (await told()).map(({ type }) => type).filter((type) => type !== "opened");
    expect(types).toEqual(["reminded", "escalated", "expired"]);
  });

  it("who was asked later decides as well", async () => {
    await worker();
    const rule = { deciders: ["ada"], escalation: [{ afterMs: 500, deciders: ["ben"] }] };
    const { decide, show, toldOf } = await ask(engine, { rule });
    await toldOf("escalated");
    const view = await show();
    expect(view.deciders).toEqual(["ada", "ben"]);
    const reply = await decide({ decision: "approve", digest: view.digest, by: "ben" });
    expect(reply.status).toBe(200);
  });
});

it("F14 a decision survives a worker that is killed while many are made", async () => {
  const first = await worker();
  const { decide, show, toldOf, told } = await ask(engine);
  const { digest } = await show();
  const body = { decision: "approve", digest, by: "ada" };
  const replies = Promise.all(Array.from({ length: 6 }, () => decide(body)));
  await first.kill();
  await engine.spawnWorker(WORKER, {}, { port: first.port, register: false });
  expect(new Set((await replies).map((reply) => JSON.stringify(reply))).size).toBe(1);
  await toldOf("decided");
  expect((await told()).filter(({ type }) => type === "decided")).toHaveLength(1);
});
