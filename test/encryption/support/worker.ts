// Owns the worker process of these tests: the real runtime with the clerk of the recovery tests,
// and the encryption that the environment names.
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { createApp, createEncryption, createFsArtifactStore } from "../../../index.ts";
import { createLogger } from "../../../services/log.ts";
import { createClerk, worldAt } from "../../recovery/support/clerk.ts";
import { report } from "../../support/worker.ts";
import { testKey } from "./keys.ts";

const settings = z
  .object({
    INGRESS_URL: z.url(),
    ADMIN_URL: z.url(),
    WORLD_URL: z.url(),
    ARTIFACTS: z.string(),
    /** Ids of keys, the current one first; none for a worker that does not encrypt. */
    KEYS: z.string().transform((ids) => ids.split(",").filter((id) => id !== "")),
  })
  .parse(process.env);

const [current, ...older] = settings.KEYS;
const encryption =
  current === undefined
    ? {}
    : { encryption: createEncryption({ keys: [current, ...older].map(testKey), current }) };
const { agent, providers } = createClerk(worldAt(settings.WORLD_URL));
const app = createApp({
  agents: [agent],
  providers,
  artifacts: createFsArtifactStore({ directory: settings.ARTIFACTS, ...encryption }),
  ingressUrl: settings.INGRESS_URL,
  adminUrl: settings.ADMIN_URL,
  logger: createLogger("warn"),
  // So that what is said is in artifacts too.
  inlineLimitBytes: 200,
  ...encryption,
});
const worker = await serveOnceFree();
await report({ serving: worker.port });

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
