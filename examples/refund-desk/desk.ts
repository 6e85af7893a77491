// Owns everything that runs around the example, in the order in which it is started and stopped:
// the Restate server, the scripted model where no other is configured, the gateway, and the worker.
import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../services/config.ts";
import { startRestateServer } from "../../index.ts";
import { startChild } from "./child.ts";
import { openGateway } from "./gateway.ts";
import type { Supervised } from "./supervise.ts";
import { supervise } from "./supervise.ts";

export interface DeskOptions {
  readonly config: Config;
  /** Where everything is kept. */
  readonly folder: string;
  /** Milliseconds that a tool takes to answer after its work is done. */
  readonly paceMs: number;
  readonly scriptedModel: boolean;
  /** Whether the console is served. Default: no. */
  readonly console?: boolean;
  /** For the worker, besides what it is always told. */
  readonly workerArgs?: readonly string[];
  readonly say: (line: string) => void;
  /** Gives up between two parts. */
  readonly signal: AbortSignal;
}

export interface Desk extends AsyncDisposable {
  readonly worker: Supervised;
  /** Undefined where the configured Restate server is another's. */
  readonly server: Supervised | undefined;
  /** Undefined where the configured model is asked. */
  readonly scriptedModelUrl: string | undefined;
}

/** Rejects with one sentence, and leaves nothing running, when a part cannot start. */
export async function openDesk(options: DeskOptions): Promise<Desk> {
  const { config, folder, say, signal } = options;
  mkdirSync(folder, { recursive: true });
  await using opened = new AsyncDisposableStack();

  const server = await openServer(options);
  if (server !== undefined) opened.defer(() => server.stop());
  signal.throwIfAborted();

  const logFile = join(folder, "model.log");
  const model = options.scriptedModel
    ? await startChild("./scripted-model.ts", [], logFile)
    : undefined;
  if (model !== undefined) opened.defer(() => model.stop());
  signal.throwIfAborted();

  const gateway = options.console === true ? await openGateway(config, folder) : undefined;
  if (gateway !== undefined) opened.defer(() => gateway.close());

  const { paceMs, workerArgs = [] } = options;
  const args = ["--folder", folder, "--pace", String(paceMs), ...workerArgs];
  if (gateway !== undefined) {
    args.push("--gateway", gateway.url);
    say(`The console is at ${gateway.url}/console/ for whoever is on this machine.`);
  }
  if (model !== undefined) args.push("--scripted-model", model.url);
  const startWorker = (first: boolean) =>
    startChild("./worker.ts", first ? [...args, "--register"] : args, join(folder, "worker.log"));
  const worker = await supervise("The worker", startWorker, say);
  opened.defer(() => worker.stop());
  say(`The worker serves on port ${config.worker.port}: process ${worker.pid()}.`);

  const running = opened.move();
  return {
    worker,
    server,
    scriptedModelUrl: model?.url,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function openServer({ config, folder, say }: DeskOptions): Promise<Supervised | undefined> {
  const { embedded: ports, ingressUrl } = config.restate;
  if (ports === undefined) {
    say(`The Restate server at ${ingressUrl} is used; none is started.`);
    return undefined;
  }
  // A log that cannot be written, on a full disk for example, stops nothing.
  const log = createWriteStream(join(folder, "restate.log"), { flags: "a" }).on(
    "error",
    ({ message }) => say(message),
  );
  const start = () =>
    startRestateServer({
      baseDir: join(folder, "restate"),
      ports,
      onLog: (line) => void log.write(`${line}\n`),
    });
  const server = await supervise("The Restate server", start, say);
  say(
    `The Restate server listens on port ${ports.ingress} (admin: ${ports.admin}): process ${server.pid()}.`,
  );
  return server;
}
