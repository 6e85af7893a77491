// Owns what comes of events at an address on the real server: early, twice, late, unknown, too
// many, too large, and the end of all that an address holds.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";
import { createEventsService } from "../../services/events/events-service.ts";
import { createInboxObject } from "../../objects/inbox/inbox-object.ts";
import type { EventSettings } from "../../contract/inbox.ts";
import { INBOX_SERVICE } from "../../contract/inbox.ts";
import { PATIENCE } from "../agent/support/task.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import { deskAt } from "./support/desk.ts";
import { watcher } from "./support/watcher.ts";
import { createStoreText } from "../../services/artifacts/artifact-ports.ts";

let engine: TestEngine;
const artifacts = createMemoryArtifactStore();
const desk = deskAt(() => engine);

async function serve(settings: EventSettings): Promise<void> {
  engine = await startEngine();
  const storeText = createStoreText(artifacts, "application/json");
  const events = createEventsService({ storeText, inlineLimitBytes: 32 * 1024 });
  await engine.serveEndpoint([createInboxObject(settings), events, watcher]);
}

describe("an address", () => {
  beforeAll(() => serve({ keepCount: 3 }));
  afterAll(() => engine.stop());

  it("R41 F32 keeps an event that comes before the wait, and the first wait takes the oldest one", async () => {
    const at = { topic: "payment", key: "early" };
    expect(await desk.publish(at, "e-1", { paid: 1 })).toEqual({
      eventId: "e-1",
      result: "kept",
      waits: 0,
    });
    await desk.publish(at, "e-2", { paid: 2 });
    await desk.watch("early-1", { ...at, operationId: "op-1" });
    expect(await desk.woken("early-1", 1)).toMatchObject([
      { type: "event", operationId: "op-1", eventId: "e-1", payload: { text: '{"paid":1}' } },
    ]);
    expect((await desk.show(at)).kept).toMatchObject([{ eventId: "e-2" }]);
    // Sent again by a task that has its event: it takes no second one.
    await desk.watch("early-1", { ...at, operationId: "op-1" });
    await desk.watch("early-2", { ...at, operationId: "op-2" });
    expect(await desk.woken("early-2", 1)).toMatchObject([{ eventId: "e-2" }]);
    expect(await desk.wakes("early-1")).toHaveLength(1);
  });

  it("R41 F33 goes to every wait that is open, once, however often it is sent and in whatever order", async () => {
    const at = { topic: "payment", key: "twice" };
    await desk.watch("twice-1", { ...at, operationId: "op-1" });
    await desk.watch("twice-2", { ...at, operationId: "op-2" });
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => desk.publish(at, "e-7")));
    expect(answers.map(({ result }) => result).toSorted()).toEqual([
      "delivered",
      "duplicate",
      "duplicate",
      "duplicate",
      "duplicate",
    ]);
    expect(answers.find(({ result }) => result === "delivered")?.waits).toBe(2);
    await desk.woken("twice-1", 1);
    await desk.woken("twice-2", 1);
    // The older one comes later: it is another event.
    expect(await desk.publish(at, "e-6")).toMatchObject({ result: "kept" });
    expect(await desk.publish(at, "e-7")).toMatchObject({ result: "duplicate", waits: 0 });
    expect((await desk.show(at)).kept).toMatchObject([{ eventId: "e-6" }]);
  });

  it("R41 answers `late` once the wait is over, changes nothing, and forgets that with the next wait", async () => {
    const at = { topic: "payment", key: "late" };
    const wait = { ...at, operationId: "op-1" };
    await desk.watch("late", wait);
    await desk.leave("late", wait);
    for (const eventId of ["e-1", "e-1", "e-2"]) {
      expect(await desk.publish(at, eventId)).toEqual({ eventId, result: "late", waits: 0 });
    }
    expect(await desk.show(at)).toMatchObject({ waits: [], kept: [], remembered: 0 });
    expect(await desk.wakes("late")).toEqual([]);
    // One that runs out by itself is over as well.
    await desk.watch("late", { ...at, operationId: "op-2", until: Date.now() + 300 });
    await vi.waitFor(async () => expect((await desk.show(at)).waits).toEqual([]), PATIENCE);
    expect(await desk.publish(at, "e-1")).toMatchObject({ result: "late" });
    await desk.watch("late", { ...at, operationId: "op-3" });
    expect(await desk.publish(at, "e-1")).toMatchObject({ result: "delivered" });
    expect(await desk.woken("late", 1)).toMatchObject([{ operationId: "op-3" }]);
  });

  it("R41 belongs to one tenant, topic and key", async () => {
    const at = { topic: "payment", key: "mine", tenant: "acme" };
    await desk.watch("mine", { ...at, operationId: "op-1" });
    for (const other of [
      { topic: "payment", key: "mine" },
      { ...at, tenant: "other" },
      { ...at, key: "mine " },
      { ...at, topic: "refund" },
      { topic: "payment/mine", key: "", tenant: "acme" },
    ]) {
      if (other.key === "") continue;
      expect(await desk.publish(other, "e-1")).toMatchObject({ result: "kept", waits: 0 });
    }
    expect(await desk.wakes("mine")).toEqual([]);
    expect(await desk.publish(at, "e-1")).toMatchObject({ result: "delivered", waits: 1 });
  });

  it("R41 keeps so many and no more, and counts what it drops", async () => {
    const at = { topic: "payment", key: "many" };
    const answers = [];
    for (const n of [1, 2, 3, 4, 5]) answers.push(await desk.publish(at, `e-${n}`));
    expect(answers.map(({ result, dropped }) => [result, dropped])).toEqual([
      ["kept", undefined],
      ["kept", undefined],
      ["kept", undefined],
      ["kept", 1],
      ["kept", 1],
    ]);
    const view = await desk.show(at);
    expect(view).toMatchObject({ dropped: 2, expired: 0, remembered: 5 });
    expect(view.kept.map(({ eventId }) => eventId)).toEqual(["e-3", "e-4", "e-5"]);
    // The payloads of the dropped ones are gone too.
    const rows = await engine.admin.query(
      `SELECT key FROM state WHERE service_name = '${INBOX_SERVICE}' AND service_key LIKE '%many'`,
    );
    expect(rows.map(({ key }) => String(key)).toSorted()).toEqual([
      "event/3",
      "event/4",
      "event/5",
      "inbox",
    ]);
  });

  it("R41 R47 brings a large payload by reference, for its tenant, and refuses one that is too large", async () => {
    const at = { topic: "payment", key: "large", tenant: "acme" };
    const payload = "x".repeat(40_000);
    await desk.watch("large", { ...at, operationId: "op-1" });
    await desk.publish(at, "e-1", payload);
    const [notice] = await desk.woken("large", 1);
    if (notice === undefined || !("artifact" in notice.payload)) throw new Error("it is in place");
    const { artifact } = notice.payload;
    const stored = await artifacts.ofTenant("acme").get(artifact);
    expect(new TextDecoder().decode(stored)).toBe(JSON.stringify(payload));
    expect(await artifacts.ofTenant(undefined).find(artifact.sha256)).toBeUndefined();
    const refused = await desk.post({ ...at, eventId: "e-2", payload: "x".repeat(1_050_000) });
    expect(refused).toMatchObject({
      status: 413,
      body: { metadata: { code: "message_too_large" } },
    });
  });

  it("R41 an event that is wrong is refused, and the field is named", async () => {
    const good = { topic: "t", key: "k", eventId: "e" };
    for (const [body, says] of [
      [{ topic: "t", eventId: "e" }, "key: "],
      [{ ...good, key: "" }, "key: must not be empty"],
      [{ ...good, eventId: "x".repeat(257) }, "eventId: must be at most 256 bytes long"],
      [{ ...good, topic: 7 }, "topic: "],
      [{ ...good, tenant: "" }, "tenant: "],
      [{ ...good, corelation: "k" }, "corelation"],
      [undefined, "JSON"],
    ] as const) {
      const { status, body: answer } = await desk.post(body);
      expect(status, JSON.stringify(answer)).toBe(400);
      expect(answer).toMatchObject({ metadata: { code: "invalid_input" } });
      expect((answer as { message: string }).message).toContain(says);
    }
    const inner = await engine.call(`${INBOX_SERVICE}/x/accept`, {});
    expect(inner.status).toBe(400);
    expect(JSON.stringify(inner.body)).toContain("not public");
  });
});

describe("an address that nobody uses any more", () => {
  beforeAll(() => serve({ keepMs: 400, rememberMs: 800, lateMs: 200 }));
  afterAll(() => engine.stop());

  it("R80 R41 leaves neither state nor a timer, and says what expired while it may be asked", async () => {
    const kept = { topic: "t", key: "kept" };
    await desk.publish(kept, "e-1");
    const waited = { topic: "t", key: "waited", operationId: "op-1" };
    await desk.watch("w", waited);
    await desk.leave("w", waited);
    // A wait that is taken back before it came, of which nothing is known.
    await desk.leave("w", { topic: "t", key: "never", operationId: "op-2" });
    await vi.waitFor(
      async () => expect(await desk.show(kept)).toMatchObject({ expired: 1, kept: [] }),
      { ...PATIENCE, interval: 20 },
    );
    await vi.waitFor(async () => {
      const state = await engine.admin.query(
        `SELECT service_key, key FROM state WHERE service_name = '${INBOX_SERVICE}'`,
      );
      expect(state).toEqual([]);
      const open = await engine.admin.query(
        `SELECT target FROM sys_invocation WHERE target_service_name = '${INBOX_SERVICE}' AND status != 'completed'`,
      );
      expect(open).toEqual([]);
    }, PATIENCE);
    expect(await desk.publish(kept, "e-1")).toMatchObject({ result: "kept" });
  });
});
