// Owns schedules on a server, as an operator with curl has them: they fire once for each time,
// whatever dies, keep to their rules for missed times and busy tasks, and leave nothing behind.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { ScheduleView, SetResult } from "../../contract/schedule.ts";
import { CLERK } from "../recovery/support/clerk.ts";
import { openRecoveryScene, type RecoveryScene } from "../recovery/support/recovery-scene.ts";
import type { WorkerProcess } from "../support/worker-process.ts";
import { schedulesOf, SERVICE, startsClerk as starts } from "./support/schedules.ts";

const HOUR = 3_600_000;

let scene: RecoveryScene;
let worker: WorkerProcess;
beforeAll(async () => {
  scene = await openRecoveryScene();
  worker = await scene.spawn();
});
afterAll(() => scene.stop());

const { say, show, until, open, opens } = schedulesOf(() => scene.engine);

const passed = (time: number) =>
  vi.waitFor(() => expect(Date.now()).toBeGreaterThan(time), { timeout: 60_000, interval: 50 });

describe("a schedule", () => {
  it("R29 F24 starts a task for each time, once, through the death of worker and server", async () => {
    const set = { times: { everyMs: 1_000 }, target: starts("done"), missed: { policy: "all" } };
    await say("beat", "set", set);
    await until("beat", ({ counts }) => expect(counts.started).toBeGreaterThanOrEqual(2));
    await worker.kill();
    await scene.engine.server.kill();
    await scene.engine.restart();
    worker = await scene.spawn({ port: worker.port });
    const { counts } = await show("beat");
    await until("beat", (view) =>
      expect(view.counts.started).toBeGreaterThanOrEqual(counts.started + 3),
    );
    await say("beat", "pause", { by: "ada", reason: "seen enough" });
    const view = await until("beat", ({ firing }) => expect(firing).toBeUndefined());
    expect(view.counts).toMatchObject({ skipped: 0, failed: 0, missed: 0 });
    const times = view.outcomes.map(({ occurrence }) => Date.parse(occurrence)).toReversed();
    const first = times[0] ?? 0;
    expect(times).toEqual(times.map((_, index) => first + index * 1_000));
    for (const { taskId, occurrence } of view.outcomes) {
      expect(taskId).toBe(`beat/${occurrence}`);
      expect(await scene.task(taskId).until("idle")).toMatchObject({ turn: 1 });
    }
    expect(view.changes).toMatchObject([
      { what: "pause", by: "ada", reason: "seen enough" },
      { what: "set" },
    ]);
    await say("beat", "delete");
  });

  it("F24 R29 makes up for an outage by its rule, and counts what it does not", async () => {
    const start = Date.now() + 1_500;
    const end = start + 3_000;
    const times = {
      everyMs: 1_000,
      startAt: new Date(start).toISOString(),
      endAt: new Date(end).toISOString(),
    };
    const rules = { skip: 0, one: 1, all: 2 };
    for (const policy of Object.keys(rules)) {
      const missed = { policy, atMost: 2, lateAfterMs: 1_000 };
      await say(`out-${policy}`, "set", { times, target: starts("done"), missed });
    }
    await worker.kill();
    expect(Date.now()).toBeLessThan(start);
    await passed(end + 1_000);
    worker = await scene.spawn({ port: worker.port });
    for (const [policy, made] of Object.entries(rules)) {
      const view = await until(`out-${policy}`, ({ status, counts }) => {
        expect(status).toBe("ended");
        expect(counts.started + counts.missed).toBe(3);
      });
      expect(view.counts).toEqual({
        started: made,
        missed: 3 - made,
        sent: 0,
        skipped: 0,
        failed: 0,
      });
      const last = view.outcomes.map(({ occurrence }) => Date.parse(occurrence));
      expect(last).toEqual(last.map((_, index) => end - 1_000 * (index + 1)));
      expect(await open(`out-${policy}`)).toEqual([]);
    }
  });

  it("R80 leaves no timer and no state behind when it is paused, changed or deleted", async () => {
    const set = (everyMs: number) =>
      say("tidy", "set", { times: { everyMs }, target: starts("done") });
    const one = ["tick scheduled"];
    await set(HOUR);
    await opens("tidy", one);
    await say("tidy", "pause");
    await opens("tidy", []);
    expect(await show("tidy")).toMatchObject({ status: "paused", next: [] });
    await set(2 * HOUR);
    await opens("tidy", []);
    await say("tidy", "resume");
    await opens("tidy", one);
    await set(3 * HOUR);
    await opens("tidy", one);
    // A timer that was lost is made anew by a resume of what is not paused.
    expect(await say("tidy", "resume")).toMatchObject({ result: "unchanged", status: "active" });
    await opens("tidy", one);
    expect(await say("tidy", "delete")).toEqual({ result: "deleted" });
    await opens("tidy", []);
    // The record of who did what stays.
    const state = `SELECT key FROM state WHERE service_name = '${SERVICE}' AND service_key = 'tidy'
      AND key NOT LIKE 'record%'`;
    expect(await scene.engine.admin.query(state)).toEqual([]);
    expect(await say("tidy", "delete")).toEqual({ result: "not-found" });
  });

  it("attends to nothing that came due in a pause, but for its rule", async () => {
    const start = Date.now() + 1_500;
    const times = {
      everyMs: 1_000,
      startAt: new Date(start).toISOString(),
      endAt: new Date(start + 2_000).toISOString(),
    };
    const rules = { skip: 0, one: 1 };
    for (const policy of Object.keys(rules)) {
      await say(`rest-${policy}`, "set", { times, target: starts("done"), missed: { policy } });
      await say(`rest-${policy}`, "pause");
    }
    await passed(start + 2_000);
    for (const [policy, started] of Object.entries(rules)) {
      await say(`rest-${policy}`, "resume");
      const over = ({ firing }: ScheduleView) => expect(firing).toBeUndefined();
      expect(await until(`rest-${policy}`, over)).toMatchObject({
        status: "ended",
        counts: { started, missed: 2 - started },
      });
    }
  });
});

describe("a schedule and a task that is at work", () => {
  const messages = (id: string, whenBusy: string) => ({
    kind: "message",
    agent: CLERK,
    taskId: id,
    message: `${id}\ndone`,
    whenBusy,
  });

  it.each([
    { whenBusy: "skip", result: "skipped", heard: 1 },
    { whenBusy: "queue", result: "sent", heard: 2 },
    { whenBusy: "steer", result: "sent", heard: 2 },
  ])("R29 $whenBusy: the message is $result", async ({ whenBusy, result, heard }) => {
    const id = `busy-${whenBusy}`;
    const hold = scene.world.hold(id, "model 1.");
    const task = await scene.start(id, "done");
    await hold.reached();
    await say(id, "set", { times: { everyMs: HOUR }, target: messages(id, whenBusy) });
    const { occurrence } = await say<{ occurrence: string }>(id, "runNow", { by: "ada" });
    const view = await until(id, ({ outcomes }) => expect(outcomes).toHaveLength(1));
    expect(view.outcomes).toMatchObject([{ result, occurrence, taskId: id, manual: true }]);
    hold.release();
    const received = await task.logged("message.received", heard);
    const ids = ["start", `${id}/${occurrence}`].slice(0, heard);
    expect(received.map(({ messageId }) => messageId)).toEqual(ids);
    await task.until("idle");
    await say(id, "delete");
  });

  it("starts no task beside the one before, where overlap says so, and goes on when it rests", async () => {
    const hold = scene.world.hold("overlap", "model 1.");
    const target = { kind: "start", agent: CLERK, message: "overlap\ndone", overlap: "skip" };
    await say("solo", "set", { times: { everyMs: HOUR }, target });
    const runNow = async (count: number) => {
      const { taskId } = await say<{ taskId: string }>("solo", "runNow");
      await until("solo", ({ outcomes }) => expect(outcomes).toHaveLength(count));
      return taskId;
    };
    const first = await runNow(1);
    await hold.reached();
    await runNow(2);
    hold.release();
    await scene.task(first).until("idle");
    await runNow(3);
    const { outcomes } = await show("solo");
    expect(outcomes.map(({ result, why }) => [result, why])).toEqual([
      ["started", undefined],
      ["skipped", `${first} is at work`],
      ["started", undefined],
    ]);
    await say("solo", "delete");
  });

  it("says why it failed: a task that is not there, an agent that is gone", async () => {
    await say("lost", "set", { times: { everyMs: HOUR }, target: messages("nobody", "queue") });
    await say("lost", "runNow");
    const view = await until("lost", ({ counts }) => expect(counts.failed).toBe(1));
    expect(view.outcomes).toMatchObject([{ result: "failed", why: "task_not_found" }]);
    await say("lost", "delete");
  });
});

describe("what a schedule is told", () => {
  const good = {
    times: { cron: "0 9 * * mon-fri", timeZone: "Europe/Berlin" },
    target: starts("x"),
    reason: "the test",
  };

  it("is the same schedule for the same body, and another version for another", async () => {
    const first = await say<SetResult>("office", "set", { ...good, version: 0 });
    expect(first).toMatchObject({ result: "created", version: 1, status: "active" });
    const again = await say<SetResult>("office", "set", { ...good, by: "bo", version: 0 });
    expect(again).toEqual({ ...first, result: "unchanged" });
    const other = { ...good, times: { everyMs: HOUR } };
    const stale = await scene.engine.call(`${SERVICE}/office/set`, { ...other, version: 0 });
    expect(stale).toMatchObject({
      status: 412,
      body: { metadata: { code: "schedule_conflict" } },
    });
    expect(await say("office", "set", { ...other, version: 1 })).toMatchObject({ version: 2 });
    expect((await show("office")).next).toHaveLength(5);
    await say("office", "delete");
  });

  it.each([
    [{ ...good, times: { cron: "0 25 * * *" } }, "times.cron: the hour cannot be read"],
    [
      { ...good, times: { cron: "0 9 * * *", timeZone: "Mars/X" } },
      "times.timeZone: is not a time zone",
    ],
    [{ ...good, times: { everyMs: 10 } }, "everyMs"],
    [
      {
        ...good,
        times: { everyMs: HOUR, startAt: "2030-02-01T00:00:00Z", endAt: "2030-01-01T00:00:00Z" },
      },
      "times.endAt: must be after times.startAt",
    ],
    [{ ...good, target: { ...starts("x"), taskId: "same" } }, "target.taskId: must contain {time}"],
    [{ ...good, often: true }, 'Unrecognized key: "often"'],
  ])("refuses what it cannot do: %j", async (body, message) => {
    const answer = await scene.engine.call(`${SERVICE}/bad/set`, body);
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).toContain(JSON.stringify(message).slice(1, -1));
  });

  it("names an agent that nobody serves, and a schedule that is not there", async () => {
    const target = { ...starts("x"), agent: "nobody" };
    const unknown = await scene.engine.call(`${SERVICE}/bad/set`, { ...good, target });
    expect(unknown).toMatchObject({ status: 404, body: { metadata: { code: "agent_not_found" } } });
    for (const handler of ["pause", "resume", "runNow", "show"]) {
      const said = handler === "show" ? undefined : { reason: "the test" };
      const answer = await scene.engine.call(`${SERVICE}/none/${handler}`, said);
      const body = { metadata: { code: "schedule_not_found" } };
      expect(answer).toMatchObject({ status: 404, body });
    }
  });
});

describe("a schedule of an agent that does not answer", () => {
  it("R80 is deleted all the same, and nothing of it is left", async () => {
    await say("stuck", "set", { times: { everyMs: HOUR }, target: starts("done") });
    await worker.kill();
    // Schedules are served without the agents.
    const control = await scene.spawn({ only: { agents: false, tools: false } });
    await say("stuck", "runNow");
    await until("stuck", ({ firing }) => expect(firing).toBeDefined());
    expect(await say("stuck", "delete")).toEqual({ result: "deleted" });
    await opens("stuck", []);
    await control.kill();
  });
});
