// Owns the worker process of these tests: an agent that asks a model over HTTP, and tells a gateway
// elsewhere what it does.
import { z } from "zod";
import {
  createApp,
  createFsArtifactStore,
  createLivePush,
  defineAgent,
  openaiChat,
} from "../../../index.ts";
import { createLogger } from "../../../services/log.ts";
import { report } from "../../support/worker.ts";

const settings = z
  .object({
    INGRESS_URL: z.url(),
    ADMIN_URL: z.url(),
    MODEL_URL: z.url(),
    GATEWAY_URL: z.url(),
    WORKER_KEY: z.string(),
    ARTIFACTS: z.string(),
  })
  .parse(process.env);

const app = createApp({
  agents: [
    defineAgent({
      name: "writer",
      instructions: "You write.",
      model: { provider: "model", model: "m-1" },
      tools: [],
    }),
  ],
  providers: { model: openaiChat({ apiKey: "test", baseURL: settings.MODEL_URL }) },
  artifacts: createFsArtifactStore({ directory: settings.ARTIFACTS }),
  ingressUrl: settings.INGRESS_URL,
  adminUrl: settings.ADMIN_URL,
  logger: createLogger("silent"),
  live: createLivePush({ urls: [settings.GATEWAY_URL], key: settings.WORKER_KEY }),
});
const worker = await app.serve({ port: Number(process.argv[2]), only: { waiters: false } });
// The address of one that is gone is known.
if (process.argv[3] === undefined) await worker.register();
await report({ serving: worker.port });
