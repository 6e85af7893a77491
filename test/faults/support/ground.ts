// Owns the proving ground: a real server, a worker process, a model and the other side of the tools,
// and between them proxies, so that each of them and each way between two can be broken.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type ModelServer, scriptedModel, serveModel } from "../../../testing/index.ts";
import { startEngine, type TestEngine } from "../../support/restate.ts";
import { startTcpProxy, type TcpProxy } from "../../support/tcp-proxy.ts";
import type { WorkerProcess } from "../../support/worker-process.ts";
import { GUIDE_SCRIPT } from "./expedition.ts";
import type { ExpeditionSettings } from "./expedition-app.ts";
import { type OutsideServer, startOutside } from "./outside.ts";

export const FAULTS = [
  /** SIGKILL; another process takes its place. */
  "worker-kill",
  /** SIGKILL; started again a moment later. */
  "server-kill",
  /** SIGSTOP, while another process takes its place; then SIGCONT, and both are there. */
  "worker-zombie",
  /** SIGSTOP, and nobody takes its place; then SIGCONT. */
  "worker-stall",
  /** Between server and worker, ... */
  "worker-cut",
  "worker-slow",
  /** ... worker and server, ... */
  "ingress-cut",
  /** ... worker and model, ... */
  "model-cut",
  "model-slow",
  /** ... worker and the other side of its tools. */
  "tool-cut",
  "tool-slow",
  /** The other side has done it, and its answer is lost. */
  "ack-lost",
] as const;
export type FaultKind = (typeof FAULTS)[number];

export interface Ground {
  readonly engine: TestEngine;
  readonly outside: OutsideServer;
  /** Requests that have arrived at the model. */
  modelCalls(): number;
  /** The one that serves now. */
  worker(): WorkerProcess;
  /** The one that takes its place; settles when it is ready. */
  spare(): Promise<WorkerProcess>;
  /** The spare takes the place of the one that serves, and a new one is started behind it. */
  replace(): Promise<WorkerProcess>;
  /** Breaks something for so long, in milliseconds, and mends it. One at a time. */
  inflict(kind: FaultKind, ms: number): Promise<void>;
  stop(): Promise<void>;
}

interface Ways {
  readonly worker: TcpProxy;
  readonly ingress: TcpProxy;
  readonly model: TcpProxy;
  readonly tool: TcpProxy;
}

const PATHS = ["/agents", "/tools", "/waiters/v1", "/control"];

export interface GroundOptions {
  /** What a worker process runs. */
  readonly workerFile?: URL;
  /** Tasks that may work at once; 0 for any number. */
  readonly atWork?: number;
  /** Settings of the server (`RESTATE_...`) over restate.toml. */
  readonly serverEnv?: Readonly<Record<string, string>>;
  /** Where artifacts are kept. */
  readonly artifacts?: string;
}

export async function openGround({
  workerFile = new URL("./expedition-worker.ts", import.meta.url),
  atWork,
  serverEnv,
  artifacts,
}: GroundOptions = {}): Promise<Ground> {
  const engine = await startEngine(serverEnv);
  const outside = await startOutside();
  const script = scriptedModel(GUIDE_SCRIPT);
  const model = await serveModel(script);
  const ways: Ways = {
    worker: await startTcpProxy(),
    ingress: await startTcpProxy(portOf(engine.ingressUrl)),
    model: await startTcpProxy(portOf(model.baseUrl)),
    tool: await startTcpProxy(outside.port),
  };
  const directory = artifacts ?? join(engine.directory, "artifacts");
  await mkdir(directory, { recursive: true });
  const spawn = spawner(engine, workerFile, {
    ingressUrl: ways.ingress.url,
    adminUrl: engine.adminUrl,
    modelUrl: `${ways.model.url}/v1`,
    outsideUrl: ways.tool.url,
    directory,
    ...(atWork === undefined ? {} : { atWork }),
  });
  const workers = { current: await spawn(), spare: spawn() };
  ways.worker.pointTo(workers.current.port);
  for (const path of PATHS) await engine.admin.registerDeployment(`${ways.worker.url}${path}`);
  const breakable = { engine, ways, workers, spawn };
  return {
    engine,
    outside,
    modelCalls: () => script.requests().length,
    worker: () => workers.current,
    spare: () => workers.spare,
    replace: () => replace(breakable),
    inflict: (kind, ms) => faultsOf(breakable)[kind](ms),
    stop: async () => {
      // One that is still starting would outlive the rest.
      await workers.spare;
      await stop({ engine, outside, model, ways });
    },
  };
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

function spawner(engine: TestEngine, file: URL, settings: ExpeditionSettings) {
  const env = { NODE_COMPILE_CACHE: join(engine.directory, "compile-cache") };
  const args = [JSON.stringify(settings)];
  return () => {
    const worker = engine.spawnWorker(file, env, { args, register: false });
    // Whoever waits for it is told; nobody may, yet.
    worker.catch(() => undefined);
    return worker;
  };
}

interface Breakable {
  readonly engine: TestEngine;
  readonly ways: Ways;
  /** The spare serves already, and supervises; nothing is sent to it yet. */
  readonly workers: { current: WorkerProcess; spare: Promise<WorkerProcess> };
  readonly spawn: () => Promise<WorkerProcess>;
}

/** Resolves to the one whose place was taken. */
async function replace({ ways, workers, spawn }: Breakable): Promise<WorkerProcess> {
  const before = workers.current;
  workers.current = await workers.spare;
  ways.worker.pointTo(workers.current.port);
  workers.spare = spawn();
  return before;
}

function faultsOf(breakable: Breakable) {
  const { engine, ways, workers } = breakable;
  /** Nobody gets through, and who is there is cut. */
  const cut = (way: TcpProxy) => async (ms: number) => {
    way.refuse(true);
    way.cut({ far: true });
    await delay(ms);
    way.refuse(false);
  };
  const slow = (way: TcpProxy) => async (ms: number) => {
    way.slow(ms / 5);
    await delay(ms);
    way.slow(0);
  };
  const faults: Readonly<Record<FaultKind, (ms: number) => Promise<void>>> = {
    "worker-kill": async () => {
      await workers.current.kill();
      await replace(breakable);
    },
    "server-kill": async (ms) => {
      await engine.server.kill();
      await delay(ms);
      await engine.restart();
    },
    "worker-zombie": async (ms) => {
      process.kill(workers.current.pid, "SIGSTOP");
      const frozen = await replace(breakable);
      ways.worker.cut();
      await delay(ms);
      process.kill(frozen.pid, "SIGCONT");
      await delay(ms);
      await frozen.kill();
    },
    "worker-stall": async (ms) => {
      const { pid } = workers.current;
      process.kill(pid, "SIGSTOP");
      await delay(ms);
      process.kill(pid, "SIGCONT");
    },
    "worker-cut": cut(ways.worker),
    "worker-slow": slow(ways.worker),
    "ingress-cut": cut(ways.ingress),
    "model-cut": cut(ways.model),
    "model-slow": slow(ways.model),
    "tool-cut": cut(ways.tool),
    "tool-slow": slow(ways.tool),
    "ack-lost": async (ms) => {
      ways.tool.swallow(true);
      await delay(ms);
      ways.tool.swallow(false);
    },
  };
  return faults;
}

async function stop({
  engine,
  outside,
  model,
  ways,
}: Pick<Ground, "engine" | "outside"> & {
  readonly model: ModelServer;
  readonly ways: Ways;
}): Promise<void> {
  await engine.stop();
  await Promise.all(Object.values(ways).map((way: TcpProxy) => way.close()));
  await outside.close();
  await model[Symbol.asyncDispose]();
}
