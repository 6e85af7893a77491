// Owns the gateway of `npm start`, and the console that it serves: for whoever is on this machine, as nobody
// is authenticated.
import { join } from "node:path";
import { pino } from "pino";
import { createFsArtifactStore, createGateway } from "../../index.ts";
import type { Config } from "../../services/config.ts";

export interface OpenGateway {
  readonly url: string;
  close(): Promise<void>;
}

/** Rejects with one sentence when its port is taken. */
export async function openGateway(config: Config, folder: string): Promise<OpenGateway> {
  const { ingressUrl, adminUrl } = config.restate;
  const gateway = createGateway({
    ingressUrl,
    adminUrl,
    artifacts: createFsArtifactStore({ directory: join(folder, "artifacts") }),
    logger: pino({ level: "silent" }),
  });
  const { port } = config.gateway;
  const running = await gateway.serve({ port, graceMs: 1_000 }).catch((error: unknown) => {
    const said = error instanceof Error ? error.message : "the gateway cannot be served";
    throw new Error(`${said} (HOLDFAST_GATEWAY_PORT).`, { cause: error });
  });
  return { url: `http://127.0.0.1:${running.port}`, close: () => running.close() };
}
