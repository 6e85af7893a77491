// Owns the real engine for a test file: a Restate server of its own on random ports and a
// temporary directory, endpoints inside of the test process, and workers as processes that
// can be killed. Every `start`, `serve` and `spawn` is undone by `engine.stop()`. With
// HOLDFAST_TEST_RESTATE=container the server is in a container.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AdminClient, createAdminClient } from "../../services/engine/admin.ts";
import { freePorts } from "../../services/engine/ports.ts";
import { type RestateServer, startRestateServer } from "../../services/engine/restate-server.ts";
import { type Endpoint, type EndpointServices, listen } from "./endpoint.ts";
import { type Ingress, ingressAt } from "./ingress.ts";
import { spawnProcess, type WorkerOptions, type WorkerProcess } from "./worker-process.ts";

export interface TestEngine extends Ingress {
  readonly ingressUrl: string;
  readonly adminUrl: string;
  readonly admin: AdminClient;
  /** The server process that is running now; `kill()` it and `restart()`. */
  readonly server: RestateServer;
  /** A directory of this test, removed at the end. The server's data is in `restate` there. */
  readonly directory: string;
  /** The last lines that the server logged. */
  readonly log: readonly string[];
  /** Starts the server again, on the same ports and data, after `server.kill()` or `stop()`. */
  restart(): Promise<void>;
  /** Serves in this process, on loopback, and registers. */
  serveEndpoint(services: EndpointServices): Promise<Endpoint>;
  /**
   * Runs the file (`new URL("./some-worker.ts", import.meta.url)`) as a process, waits until it serves (test/support/worker.ts),
   * and registers its address. With the `port` of a worker that is gone it takes that one's
   * place behind the same address.
   */
  spawnWorker(
    file: string | URL,
    env?: Readonly<Record<string, string>>,
    options?: WorkerOptions,
  ): Promise<WorkerProcess>;
  stop(): Promise<void>;
}

// Small, since several test files run at once: what tests of behaviour do not depend on.
const SMALL = {
  RESTATE_DEFAULT_NUM_PARTITIONS: "2",
  RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE: "64 MiB",
};
const LOG_LINES = 500;

/** Loaded only where it is asked for: the engine's client takes longer than many a test. */
const startServer =
  process.env["HOLDFAST_TEST_RESTATE"] === "container"
    ? (await import("./restate-container.ts")).startRestateContainer
    : startRestateServer;

/** `env` are settings of the server (`RESTATE_...`) over restate.toml. */
export async function startEngine(env: Readonly<Record<string, string>> = {}): Promise<TestEngine> {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-test-"));
  const [ingress = 0, admin = 0, fabric = 0] = await freePorts(3);
  const log: string[] = [];
  const start = () =>
    startServer({
      baseDir: join(directory, "restate"),
      ports: { ingress, admin, fabric },
      env: { ...SMALL, ...env },
      onLog: (line) => {
        log.push(line);
        if (log.length > LOG_LINES) log.shift();
      },
    });

  let server = await start().catch(async (error: unknown) => {
    await rm(directory, { recursive: true, force: true });
    throw error;
  });
  const client = createAdminClient(server.adminUrl);
  const undo: (() => Promise<unknown>)[] = [];

  return {
    ingressUrl: server.ingressUrl,
    adminUrl: server.adminUrl,
    admin: client,
    get server() {
      return server;
    },
    directory,
    log,
    async restart() {
      server = await start();
    },
    async serveEndpoint(services) {
      const endpoint = await listen(services);
      undo.push(() => endpoint.close());
      await client.registerDeployment(endpoint.url);
      return endpoint;
    },
    async spawnWorker(file, workerEnv = {}, options = {}) {
      const port = options.port ?? (await freePorts(1))[0] ?? 0;
      const worker = await spawnProcess(file, port, workerEnv, options.args);
      undo.push(() => worker.kill());
      if (options.register !== false) await client.registerDeployment(worker.url);
      return worker;
    },
    ...ingressAt(server.ingressUrl),
    async stop() {
      // The server first: it would complain about workers that are gone. By SIGKILL: nothing
      // of it is needed any more.
      await server.kill();
      for (const step of undo.toReversed()) await step();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
