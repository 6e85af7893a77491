// Owns a Restate server in a container, in the place of the process that services/engine starts: the
// same settings, ports and data directory. On the host's network, so that it reaches workers on
// loopback and listens there alone, and without Ryuk, which would have to be pulled.
import { mkdir } from "node:fs/promises";
import { userInfo } from "node:os";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { ContainerRuntimeClient } from "testcontainers";
import { guardOrphan } from "../../services/engine/orphan-guard.ts";
import { assertFree } from "../../services/engine/ports.ts";
import {
  awaitServer,
  defaultConfigFile,
  portSettings,
  type RestateServer,
  type RestateServerOptions,
} from "../../services/engine/restate-server.ts";
import { findContainerEngine, restateImage } from "./restate-image.ts";

const READY_BOUND_MS = 60_000;
const CONFIG = "/restate.toml";
const DATA = "/restate-data";

/** As `startRestateServer`. Rejects with one sentence where no container engine answers. */
export async function startRestateContainer(options: RestateServerOptions): Promise<RestateServer> {
  const engine = await findContainerEngine();
  if (engine === undefined) {
    throw new Error(
      "no container engine answers: start Docker, or run scripts/with-dockerd.sh npm run test:containers",
    );
  }
  await assertFree(options.ports);
  const { container, pid, removed } = await run(engine, options);
  const guard = guardOrphan(pid);
  const exited = removed.then(() => guard.release());
  const gone = new AbortController();
  void removed.then(() => {
    gone.abort();
  });
  const server: RestateServer = {
    ingressUrl: `http://127.0.0.1:${options.ports.ingress}`,
    adminUrl: `http://127.0.0.1:${options.ports.admin}`,
    pid,
    exited,
    async stop(boundMs = 10_000) {
      if (!gone.signal.aborted) await container.stop({ t: boundMs / 1_000 });
      await exited;
    },
    async kill() {
      if (!gone.signal.aborted) await container.kill({ signal: "SIGKILL" });
      await exited;
    },
  };
  try {
    const boundMs = options.readyBoundMs ?? READY_BOUND_MS;
    await awaitServer(server, { boundMs, signal: gone.signal });
  } catch (error) {
    await server.kill();
    throw error;
  }
  return server;
}

/** With the engine's own client: what testcontainers adds to it is of no use on the host's network. */
async function run(engine: ContainerRuntimeClient, options: RestateServerOptions) {
  const baseDir = resolve(options.baseDir);
  await mkdir(baseDir, { recursive: true, mode: 0o700 });
  const { uid, gid } = userInfo();
  const env = { ...portSettings(options.ports), RESTATE_BASE_DIR: DATA, ...options.env };
  const container = await engine.container.create({
    Image: await restateImage(engine),
    Cmd: ["--no-logo", "-c", CONFIG],
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    // What it writes is ours to remove.
    User: `${uid}:${gid}`,
    HostConfig: {
      AutoRemove: true,
      NetworkMode: "host",
      Binds: [`${baseDir}:${DATA}`, `${options.configFile ?? defaultConfigFile()}:${CONFIG}:ro`],
    },
  });
  const log = await engine.container.attach(container);
  createInterface({ input: log }).on("line", (line) => options.onLog?.(line));
  // Asked for before it starts: afterwards one that ended at once would not be known any more.
  const removed = container.wait({ condition: "removed" }).then(() => undefined);
  await engine.container.start(container);
  const { State } = await engine.container.inspect(container);
  return { container, pid: State.Pid, removed };
}
