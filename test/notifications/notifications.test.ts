// Owns notifications on the real server, through a whole app: what an endpoint is told of a task,
// signed; what happens while it is down; and where a notification goes that nobody takes.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { DeadLetterList } from "../../contract/notification.ts";
import { NOTIFICATION_SERVICE, NOTIFICATION_TYPES } from "../../contract/notification.ts";
import type { AppOptions } from "../../index.ts";
import { countedTool } from "../agent/support/clerk-tools.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { asksFor, says, scriptedModel } from "../agent/support/scripted-model.ts";
import { openCallsOf, PATIENCE, type Task } from "../agent/support/task.ts";
import { createReceiver, type Received, type Receiver } from "./support/receiver.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const WORDS = "words that are content";

let scene: Scene;
let receivers: Record<"ops" | "acme" | "flaky" | "gone" | "moved" | "keyless" | "ladder", Receiver>;
beforeAll(async () => {
  scene = await openScene();
  const receiver = () => createReceiver(SECRET);
  receivers = {
    ops: await receiver(),
    acme: await receiver(),
    flaky: await receiver(),
    gone: await receiver(),
    moved: await receiver(),
    keyless: await receiver(),
    ladder: await receiver(),
  };
});
afterAll(async () => {
  await scene.stop();
  await Promise.all(Object.values(receivers).map((each) => each.down()));
});

type Endpoints = NonNullable<AppOptions["notifications"]>;

/** Notifications are the control deployment's: the app of the test serves it. */
const appWith = (notifications: Endpoints, forMs: number) => ({
  app: {
    credentials: {
      resolve: async ({ name }: { readonly name: string }) =>
        name === "nowhere"
          ? ({ outcome: "missing", fix: "add it" } as const)
          : ({ outcome: "ok", value: SECRET, source: "the test" } as const),
    },
    notifications,
    notificationRetry: { firstMs: 20, maxMs: 100, forMs, attempts: 1_000 },
  },
  only: { control: true },
});
const endpoint = (name: keyof typeof receivers, more: Partial<Endpoints[number]> = {}) => ({
  name,
  url: `${receivers[name].url}/hook`,
  secret: "signing",
  events: NOTIFICATION_TYPES,
  ...more,
});
const received = (name: keyof typeof receivers, count: number): Promise<readonly Received[]> =>
  vi.waitFor(() => {
    expect(receivers[name].received.length).toBeGreaterThanOrEqual(count);
    return receivers[name].received;
  }, PATIENCE);
const call = async (path: string, body?: unknown) => {
  const answer = await scene.engine.call(`holdfast.dead-letter/${path}`, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};
const letters = (name: string) => call(`${name}/list`) as Promise<DeadLetterList>;
const started = async (task: Task, tenant?: string): Promise<void> => {
  const answer = await task.post("start", { message: WORDS, owner: "ada", tenant });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
};

describe("notifications", () => {
  it("R41 tell of a turn's end, a wanted approval, failure and the end; signed, once, without content", async () => {
    const pay = countedTool({ name: "pay", effect: "financial" });
    const end = countedTool({ name: "finish", endsTask: true });
    const { task } = await scene.open({
      name: "teller",
      model: scriptedModel([
        says(WORDS),
        asksFor(["pay", { what: WORDS }]),
        { kind: "terminal", code: "content_filter" },
        { kind: "operator", code: "quota_exhausted", status: 402 },
        asksFor(["finish", { what: WORDS }]),
      ]),
      tools: [pay.tool, end.tool],
      ...appWith(
        [endpoint("ops"), endpoint("acme", { tenant: "acme", events: ["task.idle"] })],
        60_000,
      ),
    });
    const mine = task("t");
    await started(mine);
    await received("ops", 1);
    await mine.send("pay");
    const waiting = await mine.until("waiting-approval");
    await received("ops", 2);
    await mine.decide(waiting.operations[0], "reject");
    await received("ops", 3);
    await mine.send("again");
    await received("ops", 4);
    await mine.post("retry", { reason: "try again" });
    const all = await received("ops", 5);
    const { taskUid } = await mine.until("completed");

    expect(all.map(({ body }) => [body.type, body.data.status, body.data.turn])).toEqual([
      ["task.idle", "idle", 1],
      ["approval.wanted", "waiting-approval", 2],
      ["task.failed", "failed", 2],
      ["task.stuck", "needs-operator", 3],
      ["task.completed", "completed", 3],
    ]);
    const log = await mine.log();
    for (const { id, body, problem } of all) {
      expect(problem).toBeUndefined();
      expect(id).toBe(`${taskUid}#${body.data.seq}`);
      expect(body.data).toMatchObject({ agent: "teller", taskId: "t", taskUid, owner: "ada" });
      expect(body.timestamp).toBe(new Date(log[body.data.seq]?.at ?? 0).toISOString());
    }
    const [asked] = waiting.operations;
    expect(all[1]?.body.data).toMatchObject({
      approvalId: asked?.proposal?.approvalId,
      operationId: asked?.operationId,
    });
    expect(all[2]?.body.data.code).toBe("content_filter");
    expect(all[3]?.body.data.reason).toContain("quota_exhausted");
    expect(JSON.stringify(all)).not.toContain(WORDS);
    // A task of no tenant is not a tenant's endpoint's business.
    expect(receivers.acme.received).toEqual([]);
    expect(new Set(all.map(({ id }) => id)).size).toBe(5);
    expect(all).toHaveLength(5);
  });

  it("R97 F13 tell each group in its turn of an approval that nobody decides, and at last that it was denied", async () => {
    const pay = countedTool({ name: "pay", effect: "financial" });
    const { app, only } = appWith(
      [
        endpoint("ladder", {
          events: NOTIFICATION_TYPES.filter((each) => each.startsWith("approval")),
        }),
      ],
      60_000,
    );
    const { task } = await scene.open({
      name: "ladder",
      model: scriptedModel([asksFor(["pay", { what: WORDS }]), says("done")]),
      tools: [pay.tool],
      app: {
        ...app,
        approvals: {
          byTool: {
            pay: {
              deciders: ["bea"],
              escalation: [{ afterMs: 300 }, { afterMs: 600, deciders: ["lea"] }],
              expiresAfterMs: 900,
            },
          },
        },
      },
      only,
    });
    await started(task("t"));
    await task("t").until("idle");
    const all = await received("ladder", 4);
    const told = all.map(({ body }) => [body.type, body.data.rung, body.data.deciders] as const);
    expect(told.toSorted(([one], [other]) => one.localeCompare(other))).toEqual([
      ["approval.escalated", 2, ["lea"]],
      ["approval.expired", undefined, undefined],
      ["approval.reminded", 1, undefined],
      ["approval.wanted", undefined, undefined],
    ]);
    expect(all.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(new Set(all.map(({ body }) => body.data.approvalId)).size).toBe(1);
    expect(JSON.stringify(all)).not.toContain(WORDS);
    expect(pay.keys).toEqual([]);
  });

  it("R41 an app without endpoints sends none", async () => {
    const { task } = await scene.open({ name: "mute", model: scriptedModel([says("done")]) });
    await started(task("t"));
    await task("t").until("idle");
    const told = (agent: string) =>
      scene.engine.admin.query(
        `SELECT id FROM sys_invocation WHERE target_service_name = '${NOTIFICATION_SERVICE}'
         AND invoked_by_service_name = '${agent}'`,
      );
    // As many as the test before has received: they would be seen.
    expect(await told("teller")).toHaveLength(5);
    expect(await told("mute")).toEqual([]);
  });

  it("R41 an endpoint that is down is tried again, with the same id, until it is up", async () => {
    await receivers.flaky.down();
    const { task } = await scene.open({
      name: "patient",
      model: scriptedModel([says("done")]),
      ...appWith([endpoint("flaky", { tenant: "acme" })], 60_000),
    });
    await started(task("t"), "acme");
    await vi.waitFor(async () => {
      const rows = await scene.engine.admin.query(
        `SELECT id FROM sys_invocation WHERE target_service_name = '${NOTIFICATION_SERVICE}'
         AND target_handler_name = 'deliver' AND status = 'completed'`,
      );
      expect(rows.length).toBeGreaterThan(2);
    }, PATIENCE);
    receivers.flaky.answer(503);
    await receivers.flaky.up();
    await received("flaky", 2);
    receivers.flaky.answer(200);
    await vi.waitFor(
      async () => expect(await openCallsOf(scene.engine, NOTIFICATION_SERVICE)).toBe(0),
      PATIENCE,
    );
    const all = receivers.flaky.received;
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(all.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(new Set(all.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect((await letters("flaky")).letters).toEqual([]);
  });

  it("R41 what nobody takes becomes a dead letter after the bound, to send again or to discard", async () => {
    receivers.gone.answer(410);
    receivers.moved.answer(302);
    const { task } = await scene.open({
      name: "given-up",
      model: scriptedModel([says("done"), says("done")]),
      ...appWith(
        [endpoint("gone"), endpoint("moved"), endpoint("keyless", { secret: "nowhere" })],
        500,
      ),
    });
    await started(task("t"));
    const dead = (name: string) =>
      vi.waitFor(async () => {
        const list = await letters(name);
        expect(list.letters).toHaveLength(1);
        return list;
      }, PATIENCE);
    expect(await dead("gone")).toMatchObject({
      died: 1,
      dropped: 0,
      letters: [{ attempts: 1, reason: "HTTP 410", notification: { type: "task.idle" } }],
    });
    const moved = await dead("moved");
    expect(moved.letters[0]?.reason).toBe("HTTP 302");
    expect(moved.letters[0]?.attempts).toBeGreaterThan(1);
    // A redirect is not followed.
    expect(new Set(receivers.moved.received.map(({ path }) => path))).toEqual(new Set(["/hook"]));
    expect((await dead("keyless")).letters[0]?.reason).toContain("secret");
    expect(receivers.keyless.received).toEqual([]);

    receivers.gone.answer(204);
    const [letter] = (await letters("gone")).letters;
    expect(await call("gone/redeliver", { id: letter?.id, reason: "it is up" })).toEqual({
      letters: 1,
    });
    const again = await received("gone", 2);
    expect(again[1]).toEqual(again[0]);
    expect(again[0]?.id).toBe(letter?.id);
    expect(await letters("gone")).toMatchObject({ died: 1, letters: [] });
    expect(await call("moved/discard", { reason: "it has moved" })).toEqual({ letters: 1 });
    expect((await letters("moved")).letters).toEqual([]);
    const unknown = await scene.engine.call("holdfast.dead-letter/moved/discard", {
      id: "no",
      reason: "it has moved",
    });
    expect(unknown).toMatchObject({
      status: 404,
      body: { metadata: { code: "dead_letter_not_found" } },
    });
  });
});
