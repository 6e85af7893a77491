// Owns the life of a Restate server process that we start: the real binary, the repository's
// restate.toml, readiness, and an end that is waited for. Registers and calls nothing.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { createAdminClient } from "./admin.ts";
import { awaitReady, type ReadyBounds } from "./await-ready.ts";
import { guardOrphan } from "./orphan-guard.ts";
import { assertFree, portTaken, type ServerPorts } from "./ports.ts";

export interface RestateServerOptions {
  /** The server's data; made when it is not there. */
  readonly baseDir: string;
  readonly ports: ServerPorts;
  /** The repository's restate.toml by default. */
  readonly configFile?: string;
  /** Settings over the file, e.g. `RESTATE_DEFAULT_NUM_PARTITIONS`. The server sees no others. */
  readonly env?: Readonly<Record<string, string>>;
  /** Each line that the server logs. */
  readonly onLog?: (line: string) => void;
  /** How long the start may take, in milliseconds; 30,000 by default. */
  readonly readyBoundMs?: number;
}

export interface RestateServer {
  readonly ingressUrl: string;
  readonly adminUrl: string;
  readonly pid: number;
  /** Resolves when the process is gone, for whatever reason. */
  readonly exited: Promise<void>;
  /** SIGTERM, then SIGKILL after the bound (10,000 ms by default); resolves when it is gone. */
  stop(boundMs?: number): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

const READY_BOUND_MS = 30_000;
const STOP_BOUND_MS = 10_000;
const TAIL_LINES = 20;

/**
 * Starts a server and resolves once it takes calls. Rejects with one sentence, and leaves no
 * process behind, when a port is taken or the server does not become ready.
 */
export async function startRestateServer(options: RestateServerOptions): Promise<RestateServer> {
  await assertFree(options.ports);
  const baseDir = resolve(options.baseDir);
  await mkdir(baseDir, { recursive: true, mode: 0o700 });

  const child = spawn(
    serverBinary(),
    ["--no-logo", "-c", options.configFile ?? defaultConfigFile()],
    {
      stdio: ["ignore", "pipe", "pipe"],
      // Ctrl-C in a terminal reaches us alone, so that we choose the order in which things end.
      detached: true,
      env: { ...portSettings(options.ports), RESTATE_BASE_DIR: baseDir, ...options.env },
    },
  );
  const exited = exitOf(child);
  const tail = readLog(child, options.onLog);
  if (child.pid === undefined) {
    await exited;
    throw couldNotStart(tail, options.ports, baseDir);
  }
  const guard = guardOrphan(child.pid);
  const released = exited.then(() => guard.release());

  const server: RestateServer = {
    ingressUrl: `http://127.0.0.1:${options.ports.ingress}`,
    adminUrl: `http://127.0.0.1:${options.ports.admin}`,
    pid: child.pid,
    exited: released,
    async stop(boundMs = STOP_BOUND_MS) {
      child.kill("SIGTERM");
      const bound = setTimeout(() => child.kill("SIGKILL"), boundMs);
      await released;
      clearTimeout(bound);
    },
    async kill() {
      child.kill("SIGKILL");
      await released;
    },
  };

  const gone = new AbortController();
  void exited.then(() => {
    gone.abort();
  });
  try {
    await awaitServer(server, {
      boundMs: options.readyBoundMs ?? READY_BOUND_MS,
      signal: gone.signal,
    });
  } catch (error) {
    const died = gone.signal.aborted;
    await server.kill();
    throw died ? couldNotStart(tail, options.ports, baseDir) : error;
  }
  return server;
}

/** Resolves once it takes calls at both addresses; rejects after the bound. */
export async function awaitServer(
  server: Pick<RestateServer, "ingressUrl" | "adminUrl">,
  bounds: ReadyBounds,
): Promise<void> {
  await createAdminClient(server.adminUrl).waitReady(bounds);
  const health = async () => {
    const answer = await fetch(`${server.ingressUrl}/restate/health`);
    if (!answer.ok) throw new Error(`it answered ${answer.status}`);
  };
  await awaitReady(`Restate's ingress at ${server.ingressUrl}`, health, bounds);
}

/** Resolves when the process is gone and its output is read. */
function exitOf(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    child.once("close", () => {
      done();
    });
    // Not even started.
    child.once("error", () => {
      done();
    });
  });
}

/** Reads both streams to their end, since a full pipe would stop the server; keeps the tail. */
function readLog(child: ChildProcess, onLog: ((line: string) => void) | undefined): string[] {
  const tail: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on("line", (line) => {
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      onLog?.(line);
    });
  }
  return tail;
}

function couldNotStart(tail: readonly string[], ports: ServerPorts, baseDir: string): Error {
  const log = tail.join("\n");
  if (log.includes("db is locked")) {
    return new Error(
      `Another Restate server uses the data in ${baseDir}: ` +
        "stop it, or set HOLDFAST_DATA_DIR to another directory.",
    );
  }
  const taken = /failed binding to address '[^']*:(\d+)': Address in use/.exec(log);
  if (taken !== null) return portTaken(ports, Number(taken[1]));
  return new Error(`The Restate server ended while it started. Its last words:\n${log}`);
}

/** As environment variables. */
export function portSettings(ports: ServerPorts): Record<string, string> {
  return {
    RESTATE_INGRESS__BIND_PORT: String(ports.ingress),
    RESTATE_ADMIN__BIND_PORT: String(ports.admin),
    RESTATE_BIND_PORT: String(ports.fabric),
  };
}

/** The binary itself: npm's command is a script around it, and a signal would reach the script. */
export function serverBinary(): string {
  const name = `@restatedev/restate-server-${platform()}-${arch()}/bin/restate-server`;
  try {
    // From the package that depends on the platform's, since npm need not hoist the latter.
    const wrapper = createRequire(import.meta.url).resolve(
      "@restatedev/restate-server/package.json",
    );
    return createRequire(wrapper).resolve(name);
  } catch (error) {
    throw new Error(
      `There is no Restate server for ${platform()}-${arch()} in node_modules: ` +
        "run `npm ci` with optional dependencies on Linux or macOS (x64 or arm64).",
      { cause: error },
    );
  }
}

/** The repository's restate.toml. */
export function defaultConfigFile(): string {
  // Two folders up from the source, three from a build in dist/.
  const places = ["../../restate.toml", "../../../restate.toml"].map((path) =>
    resolve(import.meta.dirname, path),
  );
  const found = places.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`restate.toml is not at ${places.join(" or ")}`);
  return found;
}
