// Owns the worker process of the tests of many tasks under one budget: an agent whose model looks
// a few times and then says "done", each call for 10 of the 100 that it may cost.
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import {
  type BudgetSpec,
  createApp,
  createFsArtifactStore,
  defineAgent,
  defineBudgets,
} from "../../../index.ts";
import { createLogger } from "../../../services/log.ts";
import { countedTool } from "../../agent/support/clerk-tools.ts";
import { asksFor, says, scriptedModel } from "../../agent/support/scripted-model.ts";
import { report } from "../../support/worker.ts";

const settings = z
  .object({
    INGRESS_URL: z.url(),
    ADMIN_URL: z.url(),
    ARTIFACTS: z.string(),
    BUDGETS: z.string(),
    STEPS: z.coerce.number(),
    /** How long a model call takes, in milliseconds. */
    CALL_MS: z.coerce.number(),
  })
  .parse(process.env);

const usage = { inputTokens: 5, outputTokens: 10 };
const model = scriptedModel(async ({ messages }) => {
  const answered = messages.filter(({ role }) => role === "assistant").length;
  await report({ call: answered + 1 });
  await setTimeout(settings.CALL_MS);
  if (answered + 1 >= settings.STEPS) return { ...says("done"), usage };
  return { ...asksFor(["look", { what: String(answered) }]), usage };
});
const agent = defineAgent({
  name: "crowd",
  instructions: "You are a clerk.",
  model: { provider: "scripted", model: "m-1" },
  tools: [countedTool({ name: "look" }).tool],
  limits: { maxOutputTokens: 100 },
});
const app = createApp({
  agents: [agent],
  providers: { scripted: model },
  artifacts: createFsArtifactStore({ directory: settings.ARTIFACTS }),
  ingressUrl: settings.INGRESS_URL,
  adminUrl: settings.ADMIN_URL,
  logger: createLogger("silent"),
  budgets: defineBudgets(JSON.parse(settings.BUDGETS) as BudgetSpec),
  prices: [{ model: "m-1", from: "2020-01-01", inputPerMillion: 0, outputPerMillion: 1_000_000 }],
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
