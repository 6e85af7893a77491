// Owns what stands around the fence in these tests: a real server, the bank, and workers in
// processes of their own behind one address.
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import type { ReconcileResponse, ToolRequest, ToolResponse } from "../../../contract/tool.ts";
import { freePorts } from "../../../services/engine/ports.ts";
import { startEngine, type TestEngine } from "../../support/restate.ts";
import { spawnProcess, type WorkerProcess } from "../../support/worker-process.ts";
import { callTool, callVerb, requestFor, surroundings } from "../tool-caller.ts";
import { type Bank, startBank } from "./bank-client.ts";
import { startTcpProxy, type TcpProxy } from "../../support/tcp-proxy.ts";
import type { FenceSettings } from "./worker.ts";

export interface World {
  readonly engine: TestEngine;
  readonly bank: Bank;
  /** Whoever it points to is the worker; the first one that is spawned until it is told. */
  readonly forwarder: TcpProxy;
  spawn(settings?: Partial<FenceSettings>): Promise<WorkerProcess>;
  /** SIGKILL for all of them. */
  killWorkers(): Promise<void>;
  request(): ToolRequest;
  execute(request: ToolRequest): Promise<ToolResponse>;
  /** Asks until nothing can be under way any more. */
  reconcile(request: ToolRequest, response: ToolResponse): Promise<ReconcileResponse>;
  stop(): Promise<void>;
}

export async function openWorld(): Promise<World> {
  const engine = await startEngine();
  await engine.serveEndpoint(surroundings);
  const bank = await startBank(join(engine.directory, "requests"));
  const forwarder = await startTcpProxy();
  const workers: WorkerProcess[] = [];
  const killWorkers = async (): Promise<void> => {
    await Promise.all(workers.splice(0).map((each) => each.kill()));
  };
  let registered = false;

  return {
    engine,
    bank,
    forwarder,
    async spawn(settings = {}) {
      const worker = await spawnWorker(engine, bank, settings);
      workers.push(worker);
      if (!registered) {
        forwarder.pointTo(worker.port);
        await engine.admin.registerDeployment(forwarder.url);
        registered = true;
      }
      return worker;
    },
    killWorkers,
    request: () => requestFor("transfer", { cents: 500 }),
    execute: (request) => callTool(engine, request),
    reconcile: (request, response) => {
      const notBefore = response.outcome === "unknown" ? (response.notBefore ?? 0) : 0;
      return callVerb(engine, "reconcile", { ...request, notBefore });
    },
    async stop() {
      await forwarder.close();
      await Promise.all([bank.stop(), killWorkers()]);
      await engine.stop();
    },
  };
}

async function spawnWorker(
  engine: TestEngine,
  bank: Bank,
  settings: Partial<FenceSettings>,
): Promise<WorkerProcess> {
  if (settings.stopAt !== undefined) await bank.close(settings.stopAt);
  const all: FenceSettings = {
    bank: bank.url,
    directory: await mkdtemp(join(engine.directory, "artifacts-")),
    startDeadlineMs: 60_000,
    timeoutMs: 60_000,
    marginMs: 100,
    ...settings,
  };
  const [port = 0] = await freePorts(1);
  const file = new URL("worker.ts", import.meta.url);
  return spawnProcess(file, port, {}, [JSON.stringify(all)]);
}
