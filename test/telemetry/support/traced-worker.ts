// Owns the worker process of these tests: the clerk of test/recovery, who also has a tool that fails with
// a secret in its error, and telemetry that goes to the test's receiver.
import { setTimeout } from "node:timers/promises";
import { trace } from "@opentelemetry/api";
import { z } from "zod";
import { createApp, createFsArtifactStore, defineTool } from "../../../index.ts";
import { createLogger } from "../../../services/log.ts";
import { createClerk, worldAt } from "../../recovery/support/clerk.ts";
import { report } from "../../support/worker.ts";

const settings = z
  .object({
    INGRESS_URL: z.url(),
    ADMIN_URL: z.url(),
    WORLD_URL: z.url(),
    ARTIFACTS: z.string(),
    OTLP_URL: z.url(),
    SECRET: z.string(),
    CONTENT: z.string().optional(),
  })
  .parse(process.env);

const leak = defineTool({
  name: "leak",
  description: "Fails, and says too much.",
  input: z.strictObject({ what: z.string() }),
  output: z.string(),
  effect: "read",
  credentials: ["vault"],
  retry: { maxAttempts: 1, initialIntervalMs: 1, maxIntervalMs: 1 },
  async execute({ what }, { credential }) {
    // Whatever an author hangs onto the span that is active is under it.
    trace.getActiveSpan()?.setAttribute("author.was.here", true);
    throw new Error(`${what} with ${await credential("vault")}`);
  },
});

const { agent, providers } = createClerk(worldAt(settings.WORLD_URL));
const app = createApp({
  agents: [{ ...agent, tools: [...agent.tools, leak] }],
  providers,
  artifacts: createFsArtifactStore({ directory: settings.ARTIFACTS }),
  ingressUrl: settings.INGRESS_URL,
  adminUrl: settings.ADMIN_URL,
  credentials: {
    resolve: async () => ({ outcome: "ok", value: settings.SECRET, source: "the test" }),
  },
  telemetry: {
    endpoint: settings.OTLP_URL,
    serviceName: "clerks",
    headers: () => ({ authorization: `Bearer ${settings.SECRET}` }),
    content: settings.CONTENT !== undefined,
  },
  logger: createLogger("info"),
});
const worker = await serveOnceFree();
process.once("SIGTERM", () => {
  void worker.drain().then(() => process.exit(0));
});
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
