// Owns the tests of a worker whose clock is wrong (F27): it is not ready and says why, nothing that
// waits notices, and it is ready again once the clock is right. `Date` is shifted in the worker's
// process; with FAKETIME_LIB=<libfaketime.so.1> the process runs under libfaketime instead.
import { connect } from "node:http2";
import { text } from "node:stream/consumers";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { chainProblem } from "../../core/log.ts";
import { createApp, createFsArtifactStore } from "../../index.ts";
import { createLogger } from "../../services/log.ts";
import { dataOf, PATIENCE, type Task, taskAt } from "../agent/support/task.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import type { WorkerProcess } from "../support/worker-process.ts";

const DAY_S = 86_400;
const DAY_MS = DAY_S * 1_000;

let engine: TestEngine;
let worker: WorkerProcess;
beforeAll(async () => {
  engine = await startEngine();
  await setClock(0);
  worker = await engine.spawnWorker(
    new URL("./support/skewed-worker.ts", import.meta.url),
    {
      INGRESS_URL: engine.ingressUrl,
      ADMIN_URL: engine.adminUrl,
      ARTIFACTS: join(engine.directory, "artifacts"),
      GATE: join(engine.directory, "gate"),
      CLOCK_FILE: clockFile(),
      ...underFaketime(process.env["FAKETIME_LIB"]),
    },
    { register: false },
  );
});
afterAll(() => engine.stop());

const clockFile = (): string => join(engine.directory, "clock");

/** Seconds that the worker's clock is ahead from now on. */
const setClock = (seconds: number) => writeFile(clockFile(), `${seconds < 0 ? "" : "+"}${seconds}`);

function underFaketime(library: string | undefined): Readonly<Record<string, string>> {
  if (library === undefined) return {};
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: clockFile(),
    FAKETIME_NO_CACHE: "1",
    // A real clock that is set leaves the monotonic one alone.
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
}

/** What `GET /ready` says: HTTP/2 without TLS, as Restate speaks to workers. */
async function ready(): Promise<string> {
  const session = connect(worker.url);
  try {
    const request = session.request({ ":path": "/ready" });
    const status = new Promise<number>((resolve) => {
      request.once("response", (headers) => resolve(headers[":status"] ?? 0));
    });
    return `${await status} ${await text(request)}`;
  } finally {
    session.destroy();
  }
}

const isReady = () => vi.waitFor(async () => expect(await ready()).toMatch(/^200/), PATIENCE);

const task = (id: string): Task => taskAt(engine, "sleeper", id);

async function start(id: string, ...seconds: readonly number[]): Promise<Task> {
  await task(id).start(`|${JSON.stringify(seconds.map((each) => [["sleep", { seconds: each }]]))}`);
  return task(id);
}

const viasOf = async (each: Task) =>
  dataOf(await each.log(), "tool.returned").map(({ via }) => via);

describe("F27 a worker whose clock jumps by a day", () => {
  it("is not ready and says by how much, no wait ends early or late, and all goes on once it is right", async () => {
    await isReady();
    const long = await start("long", 3_600);
    await long.until("waiting-timer");
    const short = await start("short", 2, 1);
    await short.until("waiting-timer");
    const inFlight = task("in-flight");
    await inFlight.start('held|[[["sleep",{"seconds":1}]],[["sleep",{"seconds":3600}]]]');
    await vi.waitFor(() => expect(worker.messages).toContain("held"), PATIENCE);

    await setClock(DAY_S);
    expect(await ready()).toMatch(/^503 .*clock is 86[34]\d\d s ahead of Restate's/);
    const refused = engine.admin.registerDeployment(`${worker.url}/agents`, { force: true });
    await expect(refused).rejects.toThrow("503");
    // The engine keeps it, and tries again.
    await engine.send("sleeper/later/start", { message: "|[]" });
    await vi.waitFor(() => expect(worker.output()).toContain("ahead of Restate's"), PATIENCE);
    // What was under way would have set its timer by this clock: it is cut, and done again.
    const begun = `SELECT status FROM sys_invocation WHERE target = 'sleeper/in-flight/begin'`;
    await vi.waitFor(
      async () => expect(await engine.admin.query(begun)).toEqual([{ status: "backing-off" }]),
      PATIENCE,
    );
    await writeFile(join(engine.directory, "gate"), "");

    await setClock(-DAY_S);
    expect(await ready()).toMatch(/^503 .*clock is 86[34]\d\d s behind Restate's/);

    await setClock(0);
    await isReady();
    await task("later").until("idle");
    await short.until("idle");
    expect(await viasOf(short)).toEqual(["timer", "timer"]);
    await vi.waitFor(async () => expect(await viasOf(inFlight)).toEqual(["timer"]), PATIENCE);
    expect(await inFlight.until("waiting-timer")).not.toHaveProperty("stuck");
    expect(await viasOf(inFlight)).toEqual(["timer"]);
    expect(await long.until("waiting-timer")).not.toHaveProperty("stuck");
    expect(await viasOf(long)).toEqual([]);
    for (const each of [long, short, inFlight]) {
      const log = await each.log();
      expect(chainProblem(log)).toBeUndefined();
      const times = log.map(({ at }) => at);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(Math.abs((times.at(-1) ?? 0) - Date.now())).toBeLessThan(DAY_MS / 2);
    }
    await vi.waitFor(() => expect(worker.output()).toContain("right again"), PATIENCE);
  });

  it("refuses to register with a sentence", async () => {
    const app = createApp({
      artifacts: createFsArtifactStore({ directory: join(engine.directory, "other") }),
      ingressUrl: engine.ingressUrl,
      adminUrl: engine.adminUrl,
      logger: createLogger("silent"),
    });
    const other = await app.serve({ port: 0 });
    const { now } = Date;
    const clock = vi.spyOn(Date, "now").mockImplementation(() => now() - DAY_MS);
    try {
      await expect(other.register()).rejects.toThrow(/not registered: .* 86[34]\d\d s behind/);
      expect(other.readiness()).toMatchObject({ ready: false });
    } finally {
      clock.mockRestore();
    }
    expect(other.readiness()).toEqual({ ready: true });
    await other.drain();
    expect(other.readiness()).toEqual({ ready: false, reason: "the worker is draining" });
  });
});
