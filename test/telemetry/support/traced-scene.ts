// Owns what these tests stand on: a Restate server, the world, a collector, and traced workers as
// processes that take each other's place.
import { join } from "node:path";
import { type Task, taskAt } from "../../agent/support/task.ts";
import { CLERK } from "../../recovery/support/clerk.ts";
import { openWorld, type World } from "../../recovery/support/world.ts";
import { startEngine, type TestEngine } from "../../support/restate.ts";
import type { WorkerProcess } from "../../support/worker-process.ts";
import { openOtlpReceiver, type OtlpReceiver } from "./otlp-receiver.ts";

export const SECRET = "hush-9f3c1f7a-hush";

export interface TracedScene {
  readonly engine: TestEngine;
  readonly world: World;
  readonly collector: OtlpReceiver;
  /** `port`: of a worker that is gone, whose place it takes. */
  spawn(env?: Readonly<Record<string, string>>, port?: number): Promise<WorkerProcess>;
  task(id: string): Task;
  stop(): Promise<void>;
}

/** With `engineTraces` the server sends spans of its own to the same collector. */
export async function openTracedScene({ engineTraces = false } = {}): Promise<TracedScene> {
  const collector = await openOtlpReceiver();
  const endpoint = `otlp+${collector.url}/v1/traces`;
  const engine = await startEngine(engineTraces ? { RESTATE_TRACING_ENDPOINT: endpoint } : {});
  const world = await openWorld();
  return {
    engine,
    world,
    collector,
    async spawn(env = {}, port) {
      const worker = await engine.spawnWorker(
        new URL("./traced-worker.ts", import.meta.url),
        {
          INGRESS_URL: engine.ingressUrl,
          ADMIN_URL: engine.adminUrl,
          WORLD_URL: world.url,
          ARTIFACTS: join(engine.directory, "artifacts"),
          OTLP_URL: collector.url,
          SECRET,
          ...env,
        },
        { register: false, ...(port === undefined ? {} : { port }) },
      );
      if (port === undefined) {
        for (const path of ["/agents", "/tools", "/waiters/v1", "/control"])
          await engine.admin.registerDeployment(`${worker.url}${path}`);
      }
      return worker;
    },
    task: (id) => taskAt(engine, CLERK, id),
    async stop() {
      await world.close();
      await engine.stop();
      await collector.close();
    },
  };
}
