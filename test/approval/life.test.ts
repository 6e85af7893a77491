// Owns how long an approval lives: what it leaves behind once it is closed, and when it is forgotten
// (R80). What it says until then is the truth (R41, F14).
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { APPROVAL_SERVICE } from "../../contract/approval.ts";
import { PATIENCE } from "../agent/support/task.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import { ask, type Asked } from "./support/client.ts";
import { deskServices, newWorld } from "./support/desk.ts";

/** By the server's clock; the worker's is not asked. */
const SHORT_MS = 1_500;
const DAY_MS = 24 * 60 * 60 * 1000;

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const serve = (retentionMs?: number) =>
  engine.serveEndpoint(deskServices(newWorld(), retentionMs === undefined ? {} : { retentionMs }));

/** The handlers of an approval that are still to come. */
async function timersOf(id: string): Promise<readonly string[]> {
  const rows = await engine.admin.query(
    `SELECT target_handler_name AS handler FROM sys_invocation
     WHERE target_service_name = '${APPROVAL_SERVICE}' AND target_service_key = '${id}'
     AND status != 'completed'`,
  );
  return rows.map(({ handler }) => String(handler)).toSorted();
}

const expectTimers = (id: string, timers: readonly string[]) =>
  vi.waitFor(async () => expect(await timersOf(id)).toEqual(timers), PATIENCE);

const rule = { escalation: [{ afterMs: DAY_MS / 4 }, { afterMs: DAY_MS / 2, deciders: ["ben"] }] };
const decideAs = (decision: "approve" | "reject") => async (asked: Asked) => {
  const { digest } = await asked.show();
  expect((await asked.decide({ decision, digest, by: "ada" })).status).toBe(200);
};

describe("R80 an approval that is closed", () => {
  beforeAll(() => serve());

  it.each<readonly [string, (asked: Asked) => Promise<unknown>, string]>([
    ["approved", decideAs("approve"), "decided"],
    ["rejected", decideAs("reject"), "decided"],
    ["withdrawn", (asked) => asked.tell("withdraw", { reason: "cancelled" }), "withdrawn"],
    ["stale", (asked) => asked.tell("changed", { changes: [] }), "stale"],
  ])("%s leaves no timer but the one that forgets it", async (_, close, told) => {
    const asked = await ask(engine, { rule });
    await expectTimers(asked.id, ["tick", "tick", "tick"]);
    await close(asked);
    await asked.toldOf(told as "decided");
    await expectTimers(asked.id, ["forget"]);
    expect((await asked.show()).state).not.toBe("open");
  });

  it("expired by its own timer leaves none either, and is not undone by having run", async () => {
    const asked = await ask(engine, { rule: { expiresAfterMs: SHORT_MS }, until: "expired" });
    await expectTimers(asked.id, ["forget"]);
    expect((await asked.show()).state).toBe("expired");
  });

  it("that never opened leaves none", async () => {
    const asked = await ask(engine, {
      call: { argumentsDigest: "0".repeat(64) },
      until: "blocked",
    });
    await expectTimers(asked.id, ["forget"]);
    expect((await asked.show()).state).toBe("blocked");
  });

  it("a timer that comes all the same changes nothing", async () => {
    const asked = await ask(engine);
    await decideAs("approve")(asked);
    const before = { view: await asked.show(), told: await asked.told() };
    await asked.tell("tick", { due: "expiry" });
    await expectTimers(asked.id, ["forget"]);
    expect({ view: await asked.show(), told: await asked.told() }).toEqual(before);
  });
});

describe("R80 F14 an approval that is kept for a while", () => {
  beforeAll(() => serve(SHORT_MS));

  it("says who decided what and when, and then is forgotten", async () => {
    const asked = await ask(engine);
    const { digest } = await asked.show();
    const first = await asked.decide({ decision: "approve", digest, by: "ada" });
    expect(await asked.decide({ decision: "reject", digest, by: "bob" })).toMatchObject({
      status: 412,
      body: { metadata: { code: "approval_decided", by: "ada", decision: "approved" } },
    });
    expect((await asked.show()).receipts).toEqual([first.body["receipt"]]);
    await vi.waitFor(async () => {
      const rows = await engine.admin.query(
        `SELECT key FROM state
         WHERE service_name = '${APPROVAL_SERVICE}' AND service_key = '${asked.id}'`,
      );
      expect(rows).toEqual([]);
    }, PATIENCE);
    expect(await timersOf(asked.id)).toEqual([]);
    expect(await asked.decide({ decision: "approve", digest, by: "ada" })).toMatchObject({
      status: 404,
      body: { metadata: { code: "approval_not_found" } },
    });
  });

  it("is never forgotten while it is open", async () => {
    const asked = await ask(engine);
    await asked.tell("forget", {});
    await expectTimers(asked.id, ["tick"]);
    expect((await asked.show()).state).toBe("open");
  });
});
