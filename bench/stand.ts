// Owns what a measurement stands on: a Restate server of its own with the settings of restate.toml,
// and worker processes. Everything is gone when the stand is disposed of.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RestateServer, startRestateServer } from "../index.ts";
import { freePorts } from "./free-ports.ts";
import { createRestateCalls, type RestateCalls } from "./restate-calls.ts";
import { startWorkerProcess, type WorkerProcess } from "./worker-process.ts";

export interface Stand extends AsyncDisposable, RestateCalls {
  /** The server that is running now. */
  readonly server: RestateServer;
  /** The server's data. */
  readonly baseDir: string;
  /** At the ports of one that is gone, a worker takes its place. */
  startWorker(place?: Pick<WorkerProcess, "port" | "baselinePort">): Promise<WorkerProcess>;
  /** Registers a worker's deployments, at another port than its own if something stands before it. */
  register(worker: WorkerProcess, port?: number): Promise<void>;
  restartServer(): Promise<void>;
}

export async function startStand(): Promise<Stand> {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-bench-"));
  const baseDir = join(directory, "restate");
  const [ingress = 0, admin = 0, fabric = 0] = await freePorts(3);
  const start = () => startRestateServer({ baseDir, ports: { ingress, admin, fabric } });
  let server = await start();
  const { ingressUrl, adminUrl } = server;
  const calls = createRestateCalls(ingressUrl, adminUrl);
  const workers: WorkerProcess[] = [];
  return {
    ...calls,
    get server() {
      return server;
    },
    baseDir,
    async startWorker(place) {
      const [port = 0, baselinePort = 0] =
        place === undefined ? await freePorts(2) : [place.port, place.baselinePort];
      const artifacts = join(directory, "artifacts");
      const options = { port, baselinePort, ingressUrl, adminUrl, artifacts };
      const worker = await startWorkerProcess(options);
      workers.push(worker);
      return worker;
    },
    async register(worker, port = worker.port) {
      for (const uri of worker.deployments) {
        await calls.registerDeployment(uri.replace(`:${worker.port}/`, `:${port}/`));
      }
    },
    async restartServer() {
      await server.stop();
      server = await start();
    },
    async [Symbol.asyncDispose]() {
      // The server first: it would try to reach workers that are gone.
      await server.kill();
      for (const worker of workers) await worker.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
