// Owns what the tests of encryption stand on: a server of its own, the world of the recovery
// tests, workers that are given keys, and the two kinds of caller: one with the keys, one with
// curl.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { connect, rpc } from "@restatedev/restate-sdk-clients";
import { createEncryption, type Encryption } from "../../../index.ts";
import { CLERK } from "../../recovery/support/clerk.ts";
import { openWorld, type World } from "../../recovery/support/world.ts";
import { startEngine, type TestEngine } from "../../support/restate.ts";
import type { WorkerProcess } from "../../support/worker-process.ts";
import { testKey } from "./keys.ts";

export interface EncryptedScene {
  readonly engine: TestEngine;
  readonly world: World;
  /** A worker with these keys, the current one first. With a port, in the place of one that is gone. */
  spawn(keys: readonly string[], port?: number): Promise<WorkerProcess>;
  /** Calls a public handler as a client that holds the keys does. */
  sealed<T>(taskId: string, handler: string, body?: unknown): Promise<T>;
  /** Rows of the server's SQL. */
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Files of the server's data that hold this text anywhere. */
  filesWith(text: string): Promise<readonly string[]>;
  /** Artifacts that hold this text anywhere. */
  artifactsWith(text: string): Promise<readonly string[]>;
  stop(): Promise<void>;
}

function encryptionWith(keys: readonly string[]): Encryption {
  return createEncryption({ keys: keys.map(testKey), current: keys[0] ?? "" });
}

const CALL_TIMEOUT_MS = 20_000;

/** By default the server compresses what it writes, and no search of its files finds anything. */
export const UNCOMPRESSED = {
  RESTATE_ROCKSDB_DISABLE_WAL_COMPRESSION: "true",
  RESTATE_ROCKSDB_DISABLE_L0_L1_COMPRESSION: "true",
};

export async function openEncryptedScene(clientKeys: readonly string[]): Promise<EncryptedScene> {
  const engine = await startEngine(UNCOMPRESSED);
  const world = await openWorld();
  const journalValueCodec = encryptionWith(clientKeys).clientCodec;
  const ingress = connect({ url: engine.ingressUrl, journalValueCodec });
  return {
    engine,
    world,
    async spawn(keys, port) {
      const env = {
        INGRESS_URL: engine.ingressUrl,
        ADMIN_URL: engine.adminUrl,
        WORLD_URL: world.url,
        ARTIFACTS: join(engine.directory, "artifacts"),
        KEYS: keys.join(","),
      };
      const file = new URL("./worker.ts", import.meta.url);
      const at = port === undefined ? {} : { port };
      const worker = await engine.spawnWorker(file, env, { register: false, ...at });
      if (port !== undefined) return worker;
      for (const path of ["/agents", "/tools", "/waiters/v1", "/control"]) {
        await engine.admin.registerDeployment(`${worker.url}${path}`);
      }
      return worker;
    },
    sealed: <T>(taskId: string, handler: string, body?: unknown) =>
      ingress.call<unknown, T>({
        service: CLERK,
        key: taskId,
        handler,
        parameter: body,
        opts: rpc.opts<unknown, T>({ timeout: CALL_TIMEOUT_MS }),
      }),
    query: (sql) => engine.admin.query(sql),
    filesWith: (text) => filesWith(join(engine.directory, "restate"), text),
    artifactsWith: (text) => filesWith(join(engine.directory, "artifacts"), text),
    async stop() {
      await world.close();
      await engine.stop();
    },
  };
}

async function filesWith(directory: string, text: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if ((await readFile(path)).includes(text)) found.push(path);
  }
  return found;
}
