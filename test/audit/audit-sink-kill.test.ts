// Owns what the audit sink's promise is worth when workers die by SIGKILL: an effect that waits for
// the sink is made once, after the sink has come back, and the sink has every event, in order (F40).
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { PATIENCE, taskAt } from "../agent/support/task.ts";
import { CLERK } from "../recovery/support/clerk.ts";
import { openWorld, type World } from "../recovery/support/world.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import type { WorkerProcess } from "../support/worker-process.ts";
import { type HttpSink, openHttpSink } from "./support/http-sink.ts";

describe("F40 the audit sink and SIGKILL of the worker", () => {
  let engine: TestEngine;
  let world: World;
  let sink: HttpSink;
  let worker: WorkerProcess;

  const spawn = (port?: number): Promise<WorkerProcess> =>
    engine.spawnWorker(
      new URL("./support/sink-worker.ts", import.meta.url),
      {
        INGRESS_URL: engine.ingressUrl,
        ADMIN_URL: engine.adminUrl,
        WORLD_URL: world.url,
        SINK_URL: sink.url,
        ARTIFACTS: join(engine.directory, "artifacts"),
      },
      { register: false, ...(port === undefined ? {} : { port }) },
    );

  beforeAll(async () => {
    [engine, world, sink] = await Promise.all([startEngine(), openWorld(), openHttpSink()]);
    worker = await spawn();
    for (const path of ["/agents", "/tools", "/waiters/v1", "/control"]) {
      await engine.admin.registerDeployment(`${worker.url}${path}`);
    }
  });
  afterAll(async () => {
    await worker.kill();
    await engine.stop();
    await Promise.all([world.close(), sink.close()]);
  });

  const kill = async (): Promise<void> => {
    await worker.kill();
    worker = await spawn(worker.port);
  };

  it(
    "makes the payment once, and the sink has every event in order",
    { timeout: 120_000 },
    async () => {
      sink.become("down");
      const task = taskAt(engine, CLERK, "t");
      await task.start("t\nlook a | pay 5 | done: *");
      const parked = await task.until("paused");
      const { origin } = new URL(sink.url);
      expect(parked.reason).toBe(`audit: the audit sink ${origin}/audit fails (HTTP 503)`);
      expect(world.arrivals("t", "look a after")).toHaveLength(1);
      await kill();
      expect(world.effects("t")).toEqual([]);

      // It keeps what it is sent, and the worker dies before it hears of that.
      sink.become("silent");
      await vi.waitFor(() => expect(sink.kept.length).toBeGreaterThan(0), PATIENCE);
      await kill();
      sink.become("up");
      const view = await task.until("idle");
      expect(view.lastTurn?.answer).toBe("done: look a: ok; pay 5: ok");
      expect(world.effects("t").map(({ what }) => what)).toEqual(["pay 5"]);
      expect(world.arrivals("t", "pay 5 before")).toHaveLength(1);

      await vi.waitFor(async () => {
        const log = await task.log();
        const once = new Map(sink.kept.map(({ id, event }) => [id, event]));
        expect([...once.values()]).toEqual(log);
      }, PATIENCE);
      expect(sink.kept.length).toBeGreaterThan((await task.log()).length);
      // However often it is sent, nothing comes before what it follows.
      let last = -1;
      for (const { event } of sink.kept) {
        expect(event.seq).toBeLessThanOrEqual(last + 1);
        last = Math.max(last, event.seq);
      }
      expect(sink.headers[0]).toMatchObject({
        "content-type": "application/x-ndjson",
        authorization: "Bearer of-this-test",
      });
      expect(JSON.stringify(sink.kept)).not.toMatch(/not-for-logs|of-this-test/);
    },
  );
});
