// Owns what a test of the console stands on: a real server, a worker that can be killed, a gateway that serves
// the console, and keys of people with different roles.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, vi } from "vitest";
import type { StatusView } from "../../../contract/api.ts";
import type { TaskStatus } from "../../../contract/status.ts";
import { createFsArtifactStore, createGateway, newApiKey } from "../../../index.ts";
import type { Role } from "../../../gateway/roles.ts";
import { freePorts } from "../../../services/engine/ports.ts";
import { createLogger } from "../../../services/log.ts";
import { startEngine, type TestEngine } from "../../support/restate.ts";
import { spawnProcess, type WorkerProcess } from "../../support/worker-process.ts";

const WORKER = new URL("./clerk-worker.ts", import.meta.url);
const BUILD = resolve(import.meta.dirname, "../../../scripts/build-console.ts");
const PATIENCE = { timeout: 30_000, interval: 50 };

/** `ada` owns the tasks and operates, `bea` and `cid` decide, `vic` only looks. */
export type Person = "ada" | "bea" | "cid" | "vic";
const ROLES: Readonly<Record<Person, readonly Role[]>> = {
  ada: ["user", "approver", "operator", "auditor", "admin"],
  bea: ["user", "approver", "operator", "auditor", "admin"],
  cid: ["approver"],
  vic: ["viewer"],
};

export interface ConsoleScene {
  /** Of the console, without a slash at its end. */
  readonly url: string;
  readonly gatewayUrl: string;
  keyOf(person: Person): string;
  /** As ada; resolves when the task is so. */
  start(taskId: string, message: string, until?: TaskStatus): Promise<void>;
  status(taskId: string): Promise<StatusView>;
  /** A verb of control, or another POST to a task. */
  post(taskId: string, verb: string, body: object): Promise<void>;
  /** Of the model, whose key a task that was told of a broken one is refused with. */
  mendKey(): Promise<void>;
  killWorker(): Promise<void>;
  /** It is gone for a moment, with all streams, and comes back at the same address. */
  restartGateway(): Promise<void>;
  startWorker(): Promise<void>;
  stop(): Promise<void>;
}

/** Built where it is older than its sources, as `npm start` does. */
export async function buildConsole(): Promise<void> {
  await promisify(execFile)(process.execPath, [BUILD, "--if-stale"]);
}

export async function openConsoleScene(): Promise<ConsoleScene> {
  const [engine] = await Promise.all([startEngine(), buildConsole()]);
  const { ingressUrl, adminUrl, directory } = engine;
  const workers = newApiKey();
  const people = newPeople();
  const makeGateway = () => gatewayFor(engine, people, workers);
  let running = await makeGateway().serve({ port: 0, graceMs: 500 });
  const gatewayUrl = `http://127.0.0.1:${running.port}`;
  const [port = 0] = await freePorts(1);
  const env = {
    INGRESS_URL: ingressUrl,
    ADMIN_URL: adminUrl,
    GATEWAY_URL: gatewayUrl,
    WORKER_KEY: workers.key,
    DIRECTORY: directory,
  };
  let worker: WorkerProcess = await spawnProcess(WORKER, port, env);
  const keyOf: ConsoleScene["keyOf"] = (who) =>
    people.find(({ person }) => person === who)?.key ?? "";
  const ask = askerAt(gatewayUrl, keyOf("ada"));
  const status = async (taskId: string) => (await ask(`${taskId}/status`)) as StatusView;
  return {
    url: `${gatewayUrl}/console`,
    gatewayUrl,
    keyOf,
    status,
    async start(taskId, message, until) {
      await ask(`${taskId}/start`, { message });
      if (until === undefined) return;
      await vi.waitFor(async () => expect((await status(taskId)).status).toBe(until), PATIENCE);
    },
    post: async (taskId, verb, body) => void (await ask(`${taskId}/${verb}`, body)),
    mendKey: () => writeFile(join(directory, "mended"), ""),
    killWorker: () => worker.kill(),
    async restartGateway() {
      const { port: same } = running;
      await running.close();
      running = await makeGateway().serve({ port: same, graceMs: 500 });
    },
    async startWorker() {
      worker = await spawnProcess(WORKER, port, env, ["again"]);
    },
    async stop() {
      await running.close();
      await engine.stop();
      await worker.kill();
    },
  };
}

/** Of one tenant, with a key for each person and one for workers. */
function gatewayFor(
  { ingressUrl, adminUrl, directory }: TestEngine,
  people: ReturnType<typeof newPeople>,
  workers: ReturnType<typeof newApiKey>,
) {
  const keys = people.map(({ person, sha256, roles }) => ({
    sha256,
    tenant: "acme",
    principal: person,
    roles,
  }));
  const worker = { sha256: workers.sha256, principal: "workers", roles: ["worker" as const] };
  return createGateway({
    ingressUrl,
    adminUrl,
    logger: createLogger("silent"),
    artifacts: createFsArtifactStore({ directory: join(directory, "artifacts") }),
    authentication: { apiKeys: [worker, ...keys] },
  });
}

function newPeople() {
  return (["ada", "bea", "cid", "vic"] as const).map((person) => ({
    person,
    roles: [...ROLES[person]],
    ...newApiKey(),
  }));
}

/** Asks for a path of the clerk's tasks; with a body, by POST. */
function askerAt(gatewayUrl: string, key: string) {
  return async (path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${gatewayUrl}/v1/agents/refund-clerk/tasks/${path}`, {
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    });
    expect(response.status, `${path}: ${await response.clone().text()}`).toBe(200);
    return response.json();
  };
}
