// Owns a worker process whose agents delegate to each other: each model does what its task's message
// says (planned-model.ts).
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import {
  type BudgetSpec,
  createApp,
  createFsArtifactStore,
  defineAgent,
  defineBudgets,
  delegate,
  sleep,
} from "../../../index.ts";
import { createLogger } from "../../../services/log.ts";
import { report } from "../../support/worker.ts";
import { plannedModel } from "./planned-model.ts";

const settings = z
  .object({
    INGRESS_URL: z.url(),
    ADMIN_URL: z.url(),
    ARTIFACTS: z.string(),
    BUDGETS: z.string().optional(),
  })
  .parse(process.env);

const model = plannedModel();

const base = {
  instructions: "You do as you are told.",
  model: { provider: "planned", model: "m-1" },
  limits: { maxCallsPerAnswer: 256, maxOpenChildren: 16, maxOutputTokens: 100 },
} as const;
const leaf = defineAgent({ ...base, name: "leaf", tools: [sleep] });
const helper = defineAgent({
  ...base,
  name: "helper",
  tools: [sleep, delegate({ agents: [leaf] })],
});
const boss = defineAgent({
  ...base,
  name: "boss",
  tools: [sleep, delegate({ agents: [helper, leaf, { name: "nobody" }] })],
  // All at once, but for what a budget holds back.
  limits: { ...base.limits, maxOpenChildren: 64 },
});
const app = createApp({
  agents: [boss, helper, leaf],
  providers: { planned: model },
  artifacts: createFsArtifactStore({ directory: settings.ARTIFACTS }),
  ingressUrl: settings.INGRESS_URL,
  adminUrl: settings.ADMIN_URL,
  logger: createLogger("silent"),
  ...(settings.BUDGETS === undefined
    ? {}
    : { budgets: defineBudgets(JSON.parse(settings.BUDGETS) as BudgetSpec) }),
  prices: [{ model: "m-1", from: "2020-01-01", inputPerMillion: 0, outputPerMillion: 1_000_000 }],
});
const worker = await serveOnceFree();
await worker.register();
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
