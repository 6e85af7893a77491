// Owns the worker process of these tests: the real runtime with the clerk. It keeps nothing, and
// whatever takes its place behind the same address is given no file of it.
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { createApp, createFsArtifactStore } from "../../../index.ts";
import { createLogger } from "../../../services/log.ts";
import { report } from "../../support/worker.ts";
import { createClerk, worldAt } from "./clerk.ts";

const settings = z
  .object({
    INGRESS_URL: z.url(),
    ADMIN_URL: z.url(),
    WORLD_URL: z.url(),
    ARTIFACTS: z.string(),
    /** Limits of the agent, as JSON; other limits are other code to a running segment. */
    LIMITS: z.string().default("{}"),
    /** Parts of the app, as JSON. */
    ONLY: z.string().default("{}"),
  })
  .parse(process.env);

const { agent, reviewed, providers } = createClerk(
  worldAt(settings.WORLD_URL),
  JSON.parse(settings.LIMITS) as object,
);
const app = createApp({
  agents: [agent, reviewed],
  providers,
  artifacts: createFsArtifactStore({ directory: settings.ARTIFACTS }),
  ingressUrl: settings.INGRESS_URL,
  adminUrl: settings.ADMIN_URL,
  logger: createLogger("warn"),
});
const only = JSON.parse(settings.ONLY) as object;
const worker = await serveOnceFree();
process.once("SIGTERM", () => {
  void worker.drain().then(() => process.exit(0));
});
await report({ serving: worker.port });

/** The port of a worker that was killed is free a moment after its end. */
async function serveOnceFree() {
  for (let tries = 0; ; tries += 1) {
    try {
      return await app.serve({ port: Number(process.argv[2]), only });
    } catch (error) {
      if (tries > 100) throw error;
      await setTimeout(20);
    }
  }
}
