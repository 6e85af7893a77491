// Owns a worker process whose agents can do nothing but wait: the model does what the task's message
// says, a list of steps, each of which is a list of calls. It keeps nothing.
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import type { ModelProvider } from "../../../contract/model.ts";
import {
  askHuman,
  createApp,
  createFsArtifactStore,
  defineAgent,
  sleep,
  waitForEvent,
} from "../../../index.ts";
import { createLogger } from "../../../services/log.ts";
import { report } from "../../support/worker.ts";
import { asksFor, says, scriptedModel } from "./scripted-model.ts";

const settings = z
  .object({ INGRESS_URL: z.url(), ADMIN_URL: z.url(), ARTIFACTS: z.string() })
  .parse(process.env);

const model: ModelProvider = scriptedModel(({ messages }) => {
  const said = messages.find(({ role }) => role === "user");
  const part = said?.role === "user" ? said.parts[0] : undefined;
  const plan = JSON.parse(part?.type === "text" ? part.text : "[]") as [string, object][][];
  const step = plan[messages.filter(({ role }) => role === "assistant").length];
  if (step !== undefined) return asksFor(...step);
  return says(messages.flatMap((each) => (each.role === "tool" ? [each.text] : [])).join("\n"));
});

const waiter = {
  name: "waiter",
  instructions: "You wait.",
  model: { provider: "planned", model: "m-1" },
  tools: [sleep, waitForEvent, askHuman],
} as const;
const limits = { lateAfterMs: 500 };
const app = createApp({
  agents: [
    defineAgent(waiter),
    defineAgent({ ...waiter, name: "told-when-late", limits }),
    defineAgent({ ...waiter, name: "stopped-when-late", limits, whenLate: "stop" }),
  ],
  providers: { planned: model },
  artifacts: createFsArtifactStore({ directory: settings.ARTIFACTS }),
  ingressUrl: settings.INGRESS_URL,
  adminUrl: settings.ADMIN_URL,
  logger: createLogger("silent"),
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
