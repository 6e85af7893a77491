// Owns a worker process whose clock the test sets. Its model does what the task's message says, a list
// of steps, each a list of calls; a message that begins with "held " waits in the model for a file.
import { existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import type { ModelProvider } from "../../../contract/model.ts";
import { createApp, createFsArtifactStore, defineAgent, sleep } from "../../../index.ts";
import { createLogger } from "../../../services/log.ts";
import { asksFor, says, scriptedModel } from "../../agent/support/scripted-model.ts";
import { report } from "../../support/worker.ts";
import { shiftClock } from "./shift-clock.ts";

const settings = z
  .object({
    INGRESS_URL: z.url(),
    ADMIN_URL: z.url(),
    ARTIFACTS: z.string(),
    GATE: z.string(),
    CLOCK_FILE: z.string(),
  })
  .parse(process.env);
shiftClock(settings.CLOCK_FILE);

const model: ModelProvider = scriptedModel(async ({ messages }) => {
  const said = messages.find(({ role }) => role === "user");
  const part = said?.role === "user" ? said.parts[0] : undefined;
  const [held, plan = "[]"] = part?.type === "text" ? part.text.split("|") : [];
  const steps = JSON.parse(plan) as [string, object][][];
  const step = steps[messages.filter(({ role }) => role === "assistant").length];
  if (step === undefined) return says("done");
  if (held === "held") {
    await report("held");
    while (!existsSync(settings.GATE)) await setTimeout(20);
  }
  return asksFor(...step);
});

const app = createApp({
  agents: [
    defineAgent({
      name: "sleeper",
      instructions: "You sleep.",
      model: { provider: "planned", model: "m-1" },
      tools: [sleep],
    }),
  ],
  providers: { planned: model },
  artifacts: createFsArtifactStore({ directory: settings.ARTIFACTS }),
  ingressUrl: settings.INGRESS_URL,
  adminUrl: settings.ADMIN_URL,
  logger: createLogger("info"),
  watch: { everyMs: 200, overdueMs: 60_000 },
});
const worker = await app.serve({ port: Number(process.argv[2]) });
await worker.register();
await report({ serving: worker.port });
