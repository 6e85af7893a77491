// Owns a crowd at one address: many who publish at once, many who wait again and again, and the
// worker killed in the middle. Each wait gets one event, and no event is lost or counted twice.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { PublishResult } from "../../contract/inbox.ts";
import { PATIENCE } from "../agent/support/task.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import { deskAt } from "./support/desk.ts";

const WORKER = new URL("./support/inbox-worker.ts", import.meta.url);
const WATCHERS = Array.from({ length: 20 }, (_, n) => `w-${n}`);
const ROUNDS = 5;
const LONG = { ...PATIENCE, timeout: 90_000 };

describe("100 publishers and 20 waiters at one address", () => {
  let engine: TestEngine;
  const desk = deskAt(() => engine);
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());

  it("R32 R41 F32 F33 each wait gets one event and each event is counted right, across a kill of the worker", async () => {
    const worker = await engine.spawnWorker(WORKER);
    const at = { topic: "tick", key: "crowd" };
    await Promise.all(
      WATCHERS.map((name) =>
        desk.watch(name, { ...at, operationId: `${name} first`, again: ROUNDS - 1 }),
      ),
    );
    const ids = Array.from({ length: 100 }, (_, n) => `e-${n}`);
    let done = 0;
    // Each twice, as a source that was not answered in time does.
    const publishing = [...ids, ...ids].map(async (id) => {
      const answer = await desk.publish(at, id, { id });
      done += 1;
      return answer;
    });
    await vi.waitFor(() => expect(done).toBeGreaterThan(5), { ...PATIENCE, interval: 1 });
    await worker.kill();
    expect(done).toBeLessThan(publishing.length);
    await engine.spawnWorker(WORKER, {}, { port: worker.port, register: false });
    const answers = await Promise.all(publishing);

    const firsts = ids.map((id) => {
      const ofId = answers.filter(({ eventId }) => eventId === id);
      const first = ofId.filter(({ result }) => result !== "duplicate");
      expect(first, JSON.stringify(ofId)).toHaveLength(1);
      return first[0] as PublishResult;
    });
    // 20 waits, five times each, and more than enough events: all end.
    const wakes = await vi.waitFor(async () => {
      const all = (await Promise.all(WATCHERS.map((name) => desk.wakes(name)))).flat();
      expect(all).toHaveLength(WATCHERS.length * ROUNDS);
      return all;
    }, LONG);
    expect(new Set(wakes.map(({ operationId }) => operationId)).size).toBe(wakes.length);
    const { kept, dropped } = await desk.show(at);
    const stillKept = new Set(kept.map(({ eventId }) => eventId));
    for (const { eventId, result, waits } of firsts) {
      const got = wakes.filter((wake) => wake.eventId === eventId);
      expect(got.every(({ payload }) => "text" in payload && payload.text.includes(eventId))).toBe(
        true,
      );
      const taken = got.length + (stillKept.has(eventId) ? 1 : 0);
      expect(taken, eventId).toBe(result === "delivered" ? waits : 1);
    }
    expect(dropped).toBe(0);
  }, 120_000);
});
