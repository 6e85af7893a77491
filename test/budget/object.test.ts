// Owns budgets on the real server: parallel children under one limit with the worker killed in the
// middle, extension by a person, leases that keep one object from being asked by all.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { BudgetView } from "../../contract/budget.ts";
import type { BudgetSpec } from "../../core/budget/settings.ts";
import { PATIENCE } from "../agent/support/task.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import type { WorkerProcess } from "../support/worker-process.ts";
import { CLERK, type ClerkState, type Work } from "./support/clerk.ts";

const WORKER = new URL("./support/clerk-worker.ts", import.meta.url);
const NOON = Date.UTC(2026, 10, 21, 12);
const ONE = { money: 1 };
const LONG = { ...PATIENCE, timeout: 120_000 };

describe("budgets on the server", () => {
  let engine: TestEngine;
  let worker: WorkerProcess;
  beforeEach(async () => {
    engine = await startEngine();
  });
  afterEach(() => engine.stop());

  const serve = async (spec: BudgetSpec, options: { port?: number; register?: boolean } = {}) => {
    worker = await engine.spawnWorker(WORKER, { BUDGETS: JSON.stringify(spec) }, options);
  };
  const at = (key: string): string => `holdfast.budget/${encodeURIComponent(key)}`;
  const show = async (key: string): Promise<BudgetView> => {
    const answer = await engine.call(`${at(key)}/show`);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body as BudgetView;
  };
  const limit = (key: string, body: unknown) => engine.call(`${at(key)}/limit`, body);
  const start = (taskUid: string, work: Partial<Work> & Pick<Work, "place">): Promise<string> =>
    engine.send(`${CLERK}/${taskUid}/start`, {
      jobs: 1,
      reserves: ONE,
      uses: ONE,
      at: NOON,
      jobMs: 5,
      ...work,
    });
  const clerks = async (): Promise<ClerkState[]> => {
    const rows = await engine.admin.query(
      `SELECT value_utf8 FROM state WHERE service_name = '${CLERK}'`,
    );
    return rows.map(({ value_utf8: text }) => JSON.parse(String(text)) as ClerkState);
  };
  const done = async (): Promise<number> =>
    (await clerks()).filter((clerk) => clerk.done === clerk.work.jobs).length;
  const restsAt = (key: string, expected: Partial<BudgetView>) =>
    vi.waitFor(async () => {
      const view = await show(key);
      // Field by field: an empty object would match everything.
      for (const [field, value] of Object.entries(expected))
        expect(view[field as keyof BudgetView], `${key}: ${field}`).toEqual(value);
    }, LONG);

  it("R98 R49 F25 50 children under a limit for 10: never above it across a kill, and go on when it is extended", async () => {
    // The parent and the desks report by their timers: nobody else tells them that it is over.
    const spec: BudgetSpec = { levels: { task: {}, tenant: {}, day: {} }, idleMs: 500 };
    await serve(spec);
    expect(
      (await limit("task/parent", { set: { money: 10 }, by: "ann", reason: "test" })).status,
    ).toBe(200);
    const place = { tenant: "acme", ancestors: ["parent"] };
    const children = Array.from({ length: 50 }, (_, index) => `child-${index}`);
    // Each reserves twice what it uses.
    await Promise.all(
      children.map((uid) => start(uid, { place, reserves: { money: 2 }, jobMs: 200 })),
    );
    await vi.waitFor(() => expect(worker.messages.length).toBeGreaterThan(2), PATIENCE);
    await worker.kill();
    await serve(spec, { port: worker.port, register: false });
    // What a job uses less than it reserved, another one gets; for the last ones there is too little.
    await vi.waitFor(async () => expect(await done()).toBe(9), LONG);
    await restsAt("task/parent", {
      used: { money: 9 },
      reserved: {},
      leased: {},
      limit: { money: 10 },
    });
    const full = await show("task/parent");
    expect(full.highWater.money).toBeLessThanOrEqual(10);
    const denied = (await clerks()).find((clerk) => clerk.denied !== undefined)?.denied;
    expect(denied).toMatchObject({
      result: "denied",
      budget: "task/parent",
      level: "task",
      dimension: "money",
      limit: 10,
      needed: 2,
    });

    const more = await limit("task/parent", {
      extend: { money: 60 },
      by: "ann",
      reason: "goes on",
    });
    expect(more.body).toMatchObject({
      limit: { money: 70 },
      changes: [{}, { by: "ann", reason: "goes on" }],
    });
    await vi.waitFor(async () => expect(await done()).toBe(50), LONG);
    for (const key of ["task/parent", "tenant/acme", "day/acme/2026-11-21"])
      await restsAt(key, { used: { money: 50 }, reserved: {}, leased: {} });
    expect((await show("task/parent")).highWater.money).toBeLessThanOrEqual(70);
  }, 180_000);

  it("R98 1,000 tasks on one tenant: the tenant's object is asked far less often than they reserve", async () => {
    await serve({
      levels: { tenant: { limit: { money: 1_000_000 } } },
    });
    const tasks = Array.from({ length: 1_000 }, (_, index) => `task-${index}`);
    for (let from = 0; from < tasks.length; from += 100)
      await Promise.all(
        tasks
          .slice(from, from + 100)
          .map((uid) => start(uid, { place: { tenant: "acme" }, jobs: 2, jobMs: 0 })),
      );
    await vi.waitFor(async () => expect(await done()).toBe(1_000), { ...LONG, interval: 500 });
    expect((await show("tenant/acme")).requests).toBeLessThan(2_000 / 10);
  }, 180_000);

  it("R98 what a task holds and does not use goes back by a timer, also when nobody looks after it", async () => {
    await serve({
      levels: { tenant: { limit: { money: 1_000 }, slice: { money: 50 } } },
      idleMs: 50,
    });
    await start("gone", { place: { tenant: "acme" }, vanishes: true });
    await vi.waitFor(async () => expect(await done()).toBe(1), PATIENCE);
    await restsAt("tenant/acme", { used: { money: 1 }, reserved: {}, leased: {} });
    expect((await show("tenant/acme")).highWater.money).toBeGreaterThan(1);
  });

  it("R49 limits are changed by people, with who and why, once per change id; bad ones are refused", async () => {
    await serve({ levels: { task: {}, tenant: { limit: { money: 5 } } } });
    const by = { by: "ann", reason: "quarter end" };
    const change = { extend: { money: 5 }, changeId: "c-1", ...by };
    expect((await limit("tenant/acme", change)).body).toMatchObject({ limit: { money: 10 } });
    const again = (await limit("tenant/acme", change)).body as BudgetView;
    expect(again).toMatchObject({
      limit: { money: 10 },
      changes: [{ number: 1, before: { money: 5 } }],
    });

    const refused: [key: string, body: unknown, words: string][] = [
      ["tenant/acme", { set: { money: -1 }, ...by }, "set.money: must be a whole number from 0"],
      ["tenant/acme", { set: { money: 1.5 }, ...by }, "set.money: must be a whole number from 0"],
      ["tenant/acme", { set: { money: 2 ** 53 }, ...by }, "set.money: must be a whole number"],
      ["tenant/acme", { set: { money: "5" }, ...by }, "set.money: must be a whole number"],
      // What JSON makes of NaN and Infinity takes a limit away only when it is meant: in `set`.
      [
        "tenant/acme",
        { extend: { money: Number.NaN }, ...by },
        "extend.money: must be a whole number",
      ],
      [
        "tenant/acme",
        { extend: { money: Number.MAX_SAFE_INTEGER }, ...by },
        "extend.money makes a limit above",
      ],
      ["tenant/acme", { set: { gold: 1 }, ...by }, "gold"],
      ["tenant/acme", { set: { money: 1 }, reason: "no actor" }, "by:"],
      ["tenant/acme", by, "give either set or extend"],
      ["tenant/acme", { set: {}, extend: {}, ...by }, "give either set or extend"],
      ["tenant/acme/3", { set: { money: 1 }, ...by }, "a desk has no limit of its own"],
      ["galaxy/acme", { set: { money: 1 }, ...by }, "the key must be task/<taskUid>"],
      ["day/acme/21.11.2026", { set: { money: 1 }, ...by }, "yyyy-mm-dd"],
    ];
    for (const [key, body, words] of refused) {
      const answer = await limit(key, body);
      expect(answer, words).toMatchObject({
        status: 400,
        body: { message: expect.stringContaining(words) },
      });
    }
    expect((await engine.call(`${at("task/t-1")}/reserve`, {})).status).not.toBe(200);
    expect(await show("tenant/acme")).toMatchObject({ limit: { money: 10 }, changes: [{}] });
  });
});
