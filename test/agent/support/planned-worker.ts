// Owns a worker process that serves one agent whose model follows a plan, and no tool: those are
// scripted in the test's process, which outlives it. It keeps nothing.
import { z } from "zod";
import type { ModelProvider } from "../../../contract/model.ts";
import { createApp, createFsArtifactStore, defineAgent } from "../../../index.ts";
import { createLogger } from "../../../services/log.ts";
import { report } from "../../support/worker.ts";
import { type ToolSpec, toolOf } from "./scripted-service.ts";
import { asksFor, scriptedModel, says } from "./scripted-model.ts";

const settings = z
  .object({
    INGRESS_URL: z.url(),
    ADMIN_URL: z.url(),
    ARTIFACTS: z.string(),
    AGENT: z.string(),
    TOOLS: z.string(),
    /** Calls per step, as JSON: `[["book a", "book b"], ["send c"]]`; then it says "done". */
    PLAN: z.string(),
  })
  .parse(process.env);

const plan = JSON.parse(settings.PLAN) as readonly (readonly string[])[];
const model: ModelProvider = scriptedModel((request) => {
  const answered = request.messages.filter(({ role }) => role === "assistant").length;
  const calls = plan[answered]?.map((call) => call.split(" "));
  if (calls === undefined) return says("done");
  return asksFor(...calls.map(([name = "", what]) => [name, { what }] as const));
});

const agent = defineAgent({
  name: settings.AGENT,
  instructions: "You are a clerk.",
  model: { provider: "planned", model: "m-1" },
  tools: (JSON.parse(settings.TOOLS) as readonly ToolSpec[]).map(toolOf),
});
const app = createApp({
  agents: [agent],
  providers: { planned: model },
  artifacts: createFsArtifactStore({ directory: settings.ARTIFACTS }),
  ingressUrl: settings.INGRESS_URL,
  adminUrl: settings.ADMIN_URL,
  logger: createLogger("silent"),
});
const worker = await app.serve({
  port: Number(process.argv[2]),
  only: { tools: false, waiters: false },
});
await report({ serving: worker.port });
