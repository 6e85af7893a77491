// Owns the Restate server of a crash run, and knowing when nothing is going on there any more.
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createAdminClient } from "../../services/engine/admin.ts";
import { freePorts } from "../../services/engine/ports.ts";
import { startRestateServer } from "../../services/engine/restate-server.ts";

export interface CrashEngine extends AsyncDisposable {
  readonly ingressUrl: string;
  readonly adminUrl: string;
  register(addresses: readonly string[]): Promise<void>;
  /** Resolves when no invocation is running or about to; rejects after the bound. */
  quiet(boundMs: number): Promise<void>;
}

// One task at a time needs little.
const SMALL = {
  RESTATE_DEFAULT_NUM_PARTITIONS: "2",
  RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE: "64 MiB",
};
const POLL_MS = 20;
const ACTIVE =
  "SELECT target FROM sys_invocation WHERE status NOT IN ('completed', 'scheduled', 'suspended')";

/** Starts a server on free ports; its data is in `restate` in the directory. */
export async function startCrashEngine(directory: string): Promise<CrashEngine> {
  assertInstalled();
  const [ingress = 0, admin = 0, fabric = 0] = await freePorts(3);
  const server = await startRestateServer({
    baseDir: join(directory, "restate"),
    ports: { ingress, admin, fabric },
    env: SMALL,
  });
  const { ingressUrl, adminUrl } = server;
  const client = createAdminClient(adminUrl);
  return {
    ingressUrl,
    adminUrl,
    register: async (addresses) => {
      for (const address of addresses) await client.registerDeployment(address, { force: true });
    },
    quiet: async (boundMs) => {
      const deadline = Date.now() + boundMs;
      for (;;) {
        const active = await client.query(ACTIVE);
        if (active.length === 0) return;
        if (Date.now() > deadline) {
          throw new Error(`still going on: ${active.map(({ target }) => target).join(", ")}`);
        }
        await delay(POLL_MS);
      }
    },
    [Symbol.asyncDispose]: () => server.kill(),
  };
}

function assertInstalled(): void {
  try {
    createRequire(import.meta.url).resolve("@restatedev/restate-server/package.json");
  } catch (error) {
    throw new Error(
      "crashAtEveryEntry starts a Restate server, and @restatedev/restate-server is not installed: run `npm install --save-dev @restatedev/restate-server`",
      { cause: error },
    );
  }
}
