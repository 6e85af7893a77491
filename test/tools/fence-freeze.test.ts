// Owns the proof that a worker which stood still (SIGSTOP) while another one took its place does
// not make an effect too late, and that what it makes in time is found.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { ToolRequest, ToolResponse } from "../../contract/tool.ts";
import type { WorkerProcess } from "../support/worker-process.ts";
import { ackOf, at, PATIENCE } from "./fence/bank-client.ts";
import type { FenceSettings } from "./fence/worker.ts";
import { openWorld, type World } from "./fence/world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());
afterEach(() => world.killWorkers());

interface Frozen {
  readonly request: ToolRequest;
  readonly answer: ToolResponse;
  readonly first: WorkerProcess;
}

/**
 * The first worker stands still at a point while the second takes over, through a connection that
 * is cut at the engine's end; with `far` also at its own, where it learns of it as it wakes.
 */
async function takeOver(
  stopAt: string,
  settings: Partial<FenceSettings>,
  far: boolean,
): Promise<Frozen> {
  const first = await world.spawn({ stopAt, ...settings });
  world.forwarder.pointTo(first.port);
  const request = world.request();
  const response = world.execute(request);
  await at(first, stopAt);
  const second = await world.spawn();
  process.kill(first.pid, "SIGSTOP");
  world.forwarder.pointTo(second.port);
  world.forwarder.cut({ far });
  const answer = await response;
  // What it has waited for has come; it goes on as soon as it can.
  await world.bank.open(stopAt);
  return { request, answer, first };
}

const DEADLINE_MS = 1000;
const MARGIN_MS = 100;

describe("F1 R13 R95 L7 a fenced effect whose worker stands still", () => {
  it.each([
    ["before it takes the token", "before execute", "after execute", false],
    ["before its request", "in execute", { refused: "EffectRefused" }, false],
    [
      "before its request, and learns of the cut",
      "in execute",
      { refused: expect.any(String) },
      true,
    ],
  ])("%s makes no request when it wakes too late", async (_, point, end, far) => {
    const times = { startDeadlineMs: DEADLINE_MS, timeoutMs: 60_000, marginMs: MARGIN_MS };
    const { request, answer, first } = await takeOver(point, times, far);
    expect(answer).toMatchObject({
      outcome: "unknown",
      reason: "the worker that held the token was lost",
      notBefore: expect.any(Number),
    });
    const { notBefore = 0 } = answer as { readonly notBefore?: number };
    const deadline = notBefore - times.timeoutMs - MARGIN_MS;
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(deadline), PATIENCE);
    process.kill(first.pid, "SIGCONT");
    await vi.waitFor(() => expect(first.messages).toContainEqual(end), PATIENCE);
    expect(await world.bank.requests(request.operationId)).toEqual([]);
  });

  it("and wakes in time makes its one request, which reconcile finds", async () => {
    const { request, answer, first } = await takeOver("in execute", {}, false);
    expect(answer).toMatchObject({ outcome: "unknown" });
    process.kill(first.pid, "SIGCONT");
    await at(first, "acknowledged");
    expect(await world.bank.requests(request.operationId)).toEqual(["transfer"]);
    // At any time: it need not wait for what may still be under way.
    expect(await world.reconcile(request, answer)).toMatchObject({ outcome: "ok" });
  });

  it("not applied counts only when it is said after the time that the answer names", async () => {
    const times = { startDeadlineMs: DEADLINE_MS, timeoutMs: DEADLINE_MS, marginMs: MARGIN_MS };
    const { request, answer, first } = await takeOver("before execute", times, false);
    await first.kill();
    const found = await world.reconcile(request, answer);
    expect(found).toMatchObject({ outcome: "not-applied" });
    const { notBefore = Infinity } = answer as { readonly notBefore?: number };
    expect(found.startedAt).toBeGreaterThanOrEqual(notBefore);
  });
});

describe("F1 R14 R95 a fenced effect of which the answer does not come", () => {
  it("in time is unknown, and reconcile finds it", async () => {
    const worker = await world.spawn({ timeoutMs: 500 });
    world.forwarder.pointTo(worker.port);
    const request = world.request();
    await world.bank.close(ackOf(request.operationId));
    const answer = await world.execute(request);
    expect(answer).toMatchObject({ outcome: "unknown", reason: "it timed out after 500 ms" });
    expect(await world.reconcile(request, answer)).toMatchObject({
      outcome: "ok",
      result: { text: '{"sent":500}' },
    });
    expect(await world.bank.requests(request.operationId)).toEqual(["transfer"]);
  });

  it("since the connection was cut is not made again by the same worker", async () => {
    const worker = await world.spawn();
    world.forwarder.pointTo(worker.port);
    const request = world.request();
    await world.bank.close(ackOf(request.operationId));
    const response = world.execute(request);
    await world.bank.got(request.operationId);
    world.forwarder.cut({ far: true });
    const answer = await response;
    expect(answer).toMatchObject({ outcome: "unknown" });
    expect(await world.reconcile(request, answer)).toMatchObject({ outcome: "ok" });
    expect(await world.bank.requests(request.operationId)).toEqual(["transfer"]);
  });
});
