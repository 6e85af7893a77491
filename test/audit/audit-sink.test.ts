// Owns the audit sink on a server: it has every event of every task once, in order, and when it is
// down everything goes on but the effects that the app lets wait for it (F40).
import { mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { AuditRecord } from "../../contract/audit.ts";
import { chainProblem } from "../../core/log.ts";
import { createFileAuditSink } from "../../index.ts";
import { bankOf, payment } from "../authority/support/pay.ts";
import { countedTool } from "../agent/support/clerk-tools.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { asksFor, says, scriptedModel } from "../agent/support/scripted-model.ts";
import { dataOf, PATIENCE, type Task } from "../agent/support/task.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

/** A folder that can be taken away and brought back, with the sink's file in it. */
async function openSink(name: string) {
  const folder = join(scene.engine.directory, name);
  const away = `${folder}-away`;
  await mkdir(folder);
  const path = join(folder, "audit.jsonl");
  const read = async (): Promise<readonly AuditRecord[]> => {
    const text = await readFile(path, "utf8").catch(() => "");
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as AuditRecord);
  };
  return {
    sink: createFileAuditSink({ path }),
    path,
    read,
    stop: () => rename(folder, away),
    start: () => rename(away, folder),
  };
}

type Sink = Awaited<ReturnType<typeof openSink>>;

/** Waits until the sink has all of the task's log, and compares both, entry by entry. */
async function hasAll(sink: Sink, task: Task): Promise<void> {
  await vi.waitFor(async () => {
    const log = await task.log();
    const records = (await sink.read()).filter(({ agent, taskId }) => {
      return agent === task.agent && taskId === task.id;
    });
    const once = [...new Map(records.map((record) => [record.id, record.event])).values()];
    expect(once).toEqual(log);
  }, PATIENCE);
  expect(chainProblem(await task.log())).toBeUndefined();
}

describe("F40 the audit sink", () => {
  it("has every event of every task, also of commands that no segment follows", async () => {
    const sink = await openSink("all");
    const look = countedTool({ name: "sink_look" });
    const script = [asksFor(["sink_look", { what: "a" }]), says("seen"), says("again")];
    const desk = await scene.open({
      name: "sink-all",
      model: scriptedModel(script),
      tools: [look.tool],
      app: { auditSink: sink.sink },
    });
    const task = desk.task("t/1");
    await task.start("look");
    await task.until("idle");
    await task.send("more");
    await vi.waitFor(async () => expect((await task.status()).turn).toBe(2), PATIENCE);
    await task.until("idle");
    await task.post("cancel", { reason: "not wanted" });
    await task.until("cancelled");
    await hasAll(sink, task);
    const shown = await scene.engine.call(
      `holdfast.audit/${encodeURIComponent("sink-all/t/1")}/show`,
    );
    expect(shown.body).toEqual({ acknowledged: (await task.log()).length - 1, failures: 0 });
  });

  it("lets reads go on while it is down, and a payment wait until it is back", async () => {
    const sink = await openSink("pay");
    const look = countedTool({ name: "sink_see" });
    const bank = bankOf("sink_pay");
    const script = [
      asksFor(["sink_see", { what: "a" }]),
      asksFor(["sink_pay", payment()]),
      says("paid"),
    ];
    const desk = await scene.open({
      name: "sink-pay",
      model: scriptedModel(script),
      tools: [look.tool, bank.tool],
      app: { auditSink: sink.sink, requireSinkFor: ["financial"] },
    });
    await sink.stop();
    const task = desk.task("t");
    await task.start("pay");
    const parked = await task.until("paused");
    expect(parked.reason).toBe(`audit: the audit sink ${sink.path} fails (ENOENT)`);
    expect(parked.operations[0]?.blocked?.code).toBe("audit");
    expect(look.given).toEqual(["a"]);
    expect(bank.paid).toEqual([]);
    await sink.start();
    const view = await task.until("idle");
    expect(view.lastTurn?.answer).toBe("paid");
    expect(bank.paid).toHaveLength(1);
    const blocked = dataOf(await task.log(), "call.blocked");
    expect(blocked.map(({ code }) => code)).toContain("audit");
    await hasAll(sink, task);
  });
});
