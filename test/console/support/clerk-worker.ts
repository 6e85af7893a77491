// Owns the worker process of these tests: the clerk, and news of it to the gateway of the test.
import { join } from "node:path";
import { z } from "zod";
import { createApp, createFsArtifactStore, createLivePush, defineBudgets } from "../../../index.ts";
import { createLogger } from "../../../services/log.ts";
import { report } from "../../support/worker.ts";
import { clerk, clerksModel } from "./clerk.ts";

const settings = z
  .object({
    INGRESS_URL: z.url(),
    ADMIN_URL: z.url(),
    GATEWAY_URL: z.url(),
    WORKER_KEY: z.string(),
    DIRECTORY: z.string(),
  })
  .parse(process.env);

const app = createApp({
  agents: [clerk],
  providers: { scripted: clerksModel(join(settings.DIRECTORY, "mended")) },
  artifacts: createFsArtifactStore({ directory: join(settings.DIRECTORY, "artifacts") }),
  ingressUrl: settings.INGRESS_URL,
  adminUrl: settings.ADMIN_URL,
  logger: createLogger("silent"),
  budgets: defineBudgets({
    levels: { tenant: { limit: { steps: 10_000, money: 50_000_000 } }, owner: {}, day: {} },
  }),
  prices: [
    {
      model: "clerk-1",
      from: "2020-01-01",
      inputPerMillion: 3_000_000,
      outputPerMillion: 15_000_000,
    },
  ],
  live: createLivePush({ urls: [settings.GATEWAY_URL], key: settings.WORKER_KEY }),
});
const worker = await app.serve({ port: Number(process.argv[2]) });
// The address of one that is gone is known.
if (process.argv[3] === undefined) await worker.register();
await report({ serving: worker.port });
