// Owns the worker process of these tests: the clerk of the recovery tests, with an audit sink behind
// HTTP that its payments wait for.
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { createApp, createFsArtifactStore, createHttpAuditSink } from "../../../index.ts";
import { createLogger } from "../../../services/log.ts";
import { createClerk, worldAt } from "../../recovery/support/clerk.ts";
import { report } from "../../support/worker.ts";

const settings = z
  .object({
    INGRESS_URL: z.url(),
    ADMIN_URL: z.url(),
    WORLD_URL: z.url(),
    SINK_URL: z.url(),
    ARTIFACTS: z.string(),
  })
  .parse(process.env);

const app = createApp({
  ...appOf(),
  artifacts: createFsArtifactStore({ directory: settings.ARTIFACTS }),
  ingressUrl: settings.INGRESS_URL,
  adminUrl: settings.ADMIN_URL,
  logger: createLogger("warn"),
  auditSink: createHttpAuditSink({
    url: settings.SINK_URL,
    headers: () => ({ authorization: "Bearer of-this-test" }),
  }),
  requireSinkFor: ["financial"],
});
const worker = await serveOnceFree();
await report({ serving: worker.port });

function appOf() {
  const { agent, providers } = createClerk(worldAt(settings.WORLD_URL));
  return { agents: [agent], providers };
}

/** The port of a worker that was killed is free a moment after its end. */
async function serveOnceFree() {
  for (let tries = 0; ; tries += 1) {
    try {
      return await app.serve({ port: Number(process.argv[2]) });
    } catch (error) {
      if (tries > 100) throw error;
      await setTimeout(20);
    }
  }
}
