// Owns the life of `holdfast dev`: what is started in which order, what is said of it, and that all of it
// ends when one of it does.
import { setTimeout as delay } from "node:timers/promises";
import { join } from "node:path";
import { pino } from "pino";
import { createGateway, type RunningGateway } from "../../gateway/create-gateway.ts";
import type { Config } from "../../services/config.ts";
import { createAdminClient } from "../../services/engine/admin.ts";
import { type RestateServer, startRestateServer } from "../../services/engine/restate-server.ts";
import type { Cli } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { cliProblem } from "../problem.ts";
import { startApp } from "./app-process.ts";
import { buildConsole } from "./build-console.ts";

const POLL_MS = 250;
/** Services of agents, by the engine's own tables. */
const AGENTS = `SELECT name FROM sys_service
  WHERE ty = 'virtual_object' AND NOT starts_with(name, 'holdfast.') ORDER BY name`;

/** Resolves when it was interrupted; rejects when something ended by itself. */
export async function runDev(cli: Cli, config: Config, file: string): Promise<void> {
  const { ingressUrl, adminUrl } = config.restate;
  await using parts = new AsyncDisposableStack();
  const [server] = await Promise.all([startServer(config), buildConsole()]);
  if (server !== undefined) parts.defer(() => server.stop());
  const gateway = await startGateway(config);
  parts.defer(() => gateway.close());
  const app = startApp(file, { RESTATE_INGRESS_URL: ingressUrl, RESTATE_ADMIN_URL: adminUrl });
  parts.defer(() => app.stop());
  const say = (line: string) => cli.terminal.err(`${line}\n`);
  say(`Restate   ${ingressUrl} (console: ${adminUrl}/ui)`);
  say(`Gateway   http://127.0.0.1:${gateway.port} (no authentication: this machine only)`);
  say(`Console   http://127.0.0.1:${gateway.port}/console/`);
  say(`App       ${file}, started anew when a file changes`);
  const gone = new AbortController();
  const ends = AbortSignal.any([cli.signal, gone.signal]);
  void tellAgents(adminUrl, ends, say);
  try {
    await Promise.race([
      aborted(cli.signal),
      app.exited.then(() => endedByItself("the app's process")),
      ...(server === undefined
        ? []
        : [server.exited.then(() => endedByItself("the Restate server"))]),
    ]);
  } finally {
    gone.abort();
    say("Stopping ...");
  }
}

async function startServer({ dataDir, restate }: Config): Promise<RestateServer | undefined> {
  if (restate.embedded === undefined) return undefined;
  return startRestateServer({ baseDir: join(dataDir, "restate"), ports: restate.embedded }).catch(
    (error: unknown) => cannotStart(error),
  );
}

async function startGateway({ restate, gateway }: Config): Promise<RunningGateway> {
  const { ingressUrl, adminUrl } = restate;
  const logger = pino({ level: "silent" });
  return createGateway({ ingressUrl, adminUrl, logger })
    .serve({ port: gateway.port })
    .catch((error: unknown) => cannotStart(error, " (HOLDFAST_GATEWAY_PORT)"));
}

function cannotStart(error: unknown, setting = ""): never {
  const said = error instanceof Error ? error.message : "it cannot be started";
  throw cliProblem(EXIT.configuration, "cannot_start", `${said}${setting}`);
}

function endedByItself(what: string): never {
  throw cliProblem(EXIT.failed, "ended", `${what} has ended`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Says which agents there are, each time that they are others. */
async function tellAgents(
  adminUrl: string,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  const admin = createAdminClient(adminUrl);
  let told = "";
  while (!signal.aborted) {
    const rows = await admin.query(AGENTS).catch(() => []);
    const names = rows.map(({ name }) => String(name)).join(", ");
    if (names !== "" && names !== told) {
      say(`Agents    ${names}`);
      say(`          npx holdfast ask ${names.split(",")[0]}/first "Hello" --timeout 5\n`);
    }
    told = names;
    await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}
