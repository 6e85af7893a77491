// Owns `holdfast drain` on a server: with every worker of the old version gone, or at work, one
// command brings waiting tasks to the new one, and says what stands in its way.
import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { drain } from "../../cli/drain/drain.ts";
import { type Task, taskAt } from "../agent/support/task.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import type { WorkerProcess } from "../support/worker-process.ts";
import { CHILD_ENV } from "../support/child-env.ts";

/** 2,000 with HOLDFAST_SOAK=1; with HOLDFAST_SOAK=1000 as many as R94's own test has. */
const asked = Number(process.env["HOLDFAST_SOAK"] ?? 0);
const SOAK = asked > 0;
const TASKS = SOAK ? (asked === 1 ? 2_000 : asked) : 80;
const AT_ONCE = 40;
// Each look takes a place at the engine, which the tasks need for going on.
const LONG = SOAK ? { timeout: 1_500_000, interval: 2_000 } : { timeout: 240_000, interval: 100 };

let engine: TestEngine;
beforeEach(async () => {
  engine = await startEngine();
  await writeFile(join(engine.directory, "ledger"), "");
});
afterEach(() => engine.stop());

const ledger = async () =>
  (await readFile(join(engine.directory, "ledger"), "utf8")).split("\n").filter(Boolean);

/** A worker of a release, registered like the first one is. */
async function release(name: string, tool = "pay", registers = true): Promise<WorkerProcess> {
  const env = {
    INGRESS_URL: engine.ingressUrl,
    ADMIN_URL: engine.adminUrl,
    ARTIFACTS: join(engine.directory, "artifacts"),
    LEDGER: join(engine.directory, "ledger"),
    RELEASE: name,
    TOOL: tool,
  };
  const file = new URL("./support/release-worker.ts", import.meta.url);
  const worker = await engine.spawnWorker(file, env, { register: false });
  if (!registers) return worker;
  for (const path of ["/agents", "/tools", "/waiters/v1", "/control"])
    await engine.admin.registerDeployment(`${worker.url}${path}`);
  return worker;
}

/** Some at a time, so that the machine is not flooded. */
async function eachOf<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE)
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(act))));
  return results;
}

const until = (task: Task, ...statuses: readonly string[]) =>
  vi.waitFor(async () => {
    const view = await task.status();
    expect(statuses, JSON.stringify(view)).toContain(view.status);
    return view;
  }, LONG);

/** The command as people run it: its exit code, and what it said. */
async function command(...args: readonly string[]) {
  const file = new URL("../../cli/holdfast.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [file, ...args, "--admin", engine.adminUrl], {
    env: CHILD_ENV,
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise((resolve) => child.once("close", resolve));
  return { code, said };
}

const addresses = async () => {
  const rows = await engine.admin.query("SELECT endpoint FROM sys_deployment ORDER BY endpoint");
  return rows.map((row) => String(row["endpoint"]));
};

describe("holdfast drain", () => {
  it(
    `R94 F20 R31 ${TASKS} tasks whose awakeables are handed out go on with the new code, the old one being gone`,
    { timeout: SOAK ? 3_600_000 : 600_000 },
    async () => {
      const took = stopwatch();
      const old = await release("one");
      const tasks = Array.from({ length: TASKS }, (_, n) => taskAt(engine, "clerk", `task-${n}`));
      await eachOf(tasks, (task) => task.start("pay"));
      const waiting = await eachOf(tasks, (task) => until(task, "waiting-approval"));
      took("all wait");
      await old.kill();

      const next = await release("two", "pay", false);
      const upgraded = await command("drain", next.url, "--timeout", "240");
      expect(upgraded).toMatchObject({ code: 0 });
      expect(upgraded.said).toContain(`removed ${old.url}/waiters/v1`);
      expect((await addresses()).every((address) => address.startsWith(next.url))).toBe(true);
      const pinned = await engine.admin.query(
        `SELECT id FROM sys_invocation WHERE status != 'completed'
         AND pinned_deployment_id NOT IN (SELECT id FROM sys_deployment)`,
      );
      expect(pinned).toEqual([]);

      took("drained");
      // By the awakeables that the old version has handed out.
      await eachOf(tasks, (task) => decide(task, waiting[tasks.indexOf(task)]));
      // What was approved was the old agent's call: it is proposed anew, and decided on.
      const anew = await eachOf(tasks, (task) => proposedAnew(task));
      await eachOf(tasks, (task) => decide(task, anew[tasks.indexOf(task)]));
      took("all proposed anew, and decided on");
      const ended = await eachOf(tasks, (task) => until(task, "idle", "failed"));
      took("all ended");
      expect(new Set(ended.map((view) => view.lastTurn?.answer))).toEqual(new Set(["done by two"]));
      const paid = tasks.map(({ id }) => `${id} two`);
      expect((await ledger()).toSorted()).toEqual(paid.toSorted());
      const [first, ...later] = await (tasks[0] as Task).logged("segment.started", 2);
      expect(first).toMatchObject({ agentVersion: "one", release: "one" });
      expect(later.at(-1)).toMatchObject({ agentVersion: "two", release: "two" });
      expect(later.at(-1)?.manifest).not.toBe(first?.manifest);
      expect(later.at(-1)?.policyVersion).toBe(first?.policyVersion);

      // No journal was met by code that it does not fit, and none of the tasks needs anybody.
      const failing = await engine.admin.query(
        `SELECT id FROM sys_invocation
         WHERE status IN ('paused', 'backing-off') OR last_failure_error_code = 'RT0016'`,
      );
      expect(failing).toEqual([]);

      // Again: nothing is left to do.
      const again = await command("drain", next.url);
      expect(again).toMatchObject({ code: 0 });
      expect(again.said).toContain("nothing to drain");
    },
  );

  it("R94 R23 a task whose tool is gone parks with the reason, and goes on when it is back", async () => {
    const old = await release("one");
    const task = taskAt(engine, "clerk", "task");
    await task.start("pay");
    const waiting = await task.until("waiting-approval");
    await old.kill();
    const next = await release("two", "refund", false);

    const refused = await command("drain", next.url);
    expect(refused.code).toBe(1);
    expect(refused.said).toContain(
      `nothing was removed: only the old version serves tools.pay (${old.url}/tools); serve it in the new version, or give --drop with its name`,
    );
    expect(await addresses()).toContain(`${old.url}/tools`);
    expect(await command("drain", next.url, "--drop", "tools.pay")).toMatchObject({ code: 0 });

    await decide(task, waiting);
    const parked = await task.until("needs-operator");
    expect(parked.reason).toBe("no worker serves: tools.pay");
    const third = await release("three", "pay", false);
    expect(await command("drain", third.url, "--drop", "tools.refund")).toMatchObject({ code: 0 });
    await task.post("retry", { reason: "try again" });
    await decide(task, await task.until("stale"));
    expect((await task.until("idle")).lastTurn?.answer).toBe("done by three");
    expect(await ledger()).toEqual(["task three"]);
  });

  it("names what is still pinned and why when its time is up, and goes on when started again", async () => {
    const old = await release("one");
    // A segment that executes on the old version, as the engine sees it.
    const task = taskAt(engine, "clerk", "task");
    await task.start("pay");
    await task.until("waiting-approval");
    const next = await release("two", "pay", false);
    const stubborn = { ...engine.admin, resumeInvocation: async () => "accepted" as const };
    const lines: string[] = [];
    const given = drain({
      admin: stubborn,
      to: [next.url],
      timeoutMs: 1_000,
      onProgress: (line) => lines.push(line),
    });
    await expect(given).rejects.toThrow(
      /^nothing was removed: 1 are still pinned .* after 1 s; .*\n {2}holdfast\.waiter\/wait suspended \(inv_.*\): it waits/,
    );
    expect(lines).toContain("1 pinned to the old version: 1 suspended");
    expect(await addresses()).toContain(`${old.url}/agents`);
    expect(await drain({ admin: engine.admin, to: [next.url] })).toHaveLength(4);
    await old.kill();
  });

  it.each([
    [["drain"], 2, "give the address of a worker of the new version"],
    [["drain", "here"], 2, "here is not an address"],
    [["drain", "http://127.0.0.1:1"], 1, "error when calling 'http://127.0.0.1:1/agents'"],
    [
      ["drain", "http://127.0.0.1:1", "--timeout", "soon"],
      2,
      "--timeout takes a number of seconds",
    ],
  ])("refuses %j with %i", async (args, code, said) => {
    const answer = await command(...args);
    expect(answer.code).toBe(code);
    expect(answer.said).toContain(said);
  });
});

/** Says how long each part took, where it is measured. */
function stopwatch(): (part: string) => void {
  let last = performance.now();
  return (part) => {
    const now = performance.now();
    if (SOAK) console.log(`${part}: ${((now - last) / 1_000).toFixed(1)} s`);
    last = now;
  };
}

function decide(task: Task, view: Awaited<ReturnType<Task["status"]>> | undefined) {
  return task.decide(view?.operations[0], "approve");
}

/** The task once it proposes under the new version. */
function proposedAnew(task: Task) {
  return vi.waitFor(async () => {
    const view = await task.status();
    expect(view).toMatchObject({ status: "stale" });
    expect(view.operations[0]?.proposal?.request).toBe(2);
    return view;
  }, LONG);
}
