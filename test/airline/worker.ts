// Owns the airline's worker process: the real runtime with an agent per conversation, the
// recorded model over HTTP, and the airline's tools, each in its own service. Keeps nothing: a
// worker that takes its place goes on.
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { createApp, createFsArtifactStore, defineAgent, openaiChat } from "../../index.ts";
import { createLogger } from "../../services/log.ts";
import { report } from "../support/worker.ts";
import { withCheckpoints } from "./checkpoints.ts";
import { agentName, modelName } from "./conversation.ts";
import { loadPolicy } from "./dataset.ts";
import { airlineTools } from "./tools/index.ts";

const PROBE_MS = 20;

const settings = z
  .object({
    INGRESS_URL: z.url(),
    ADMIN_URL: z.url(),
    MODEL_URL: z.url(),
    CHECKPOINTS_URL: z.url(),
    /** The databases of the tasks. */
    DATABASES: z.string(),
    ARTIFACTS: z.string(),
    /** Ids of the conversations, as JSON. */
    CONVERSATIONS: z.string(),
    /** Whether a person must allow each write. */
    APPROVAL: z.enum(["default", "never"]),
  })
  .parse(process.env);

const tools = airlineTools(settings.DATABASES, settings.APPROVAL).map((tool) =>
  withCheckpoints(tool, settings.CHECKPOINTS_URL),
);
const instructions = loadPolicy();
const ids = z.array(z.string()).parse(JSON.parse(settings.CONVERSATIONS));
const app = createApp({
  agents: ids.map((id) =>
    defineAgent({
      name: agentName({ id }),
      instructions,
      model: { provider: "recorded", model: modelName({ id }) },
      tools,
    }),
  ),
  providers: { recorded: openaiChat({ apiKey: "recorded", baseURL: settings.MODEL_URL }) },
  artifacts: createFsArtifactStore({ directory: settings.ARTIFACTS }),
  ingressUrl: settings.INGRESS_URL,
  adminUrl: settings.ADMIN_URL,
  logger: createLogger("warn"),
});
const port = Number(process.argv[2]);
while (!(await isFree(port))) await setTimeout(PROBE_MS);
const worker = await app.serve({ port });
// Of no effect for a worker that takes the place of a dead one. The server may be dead as well.
for (;;) {
  const registered = await worker.register({ force: false }).then(
    () => true,
    () => false,
  );
  if (registered) break;
  await setTimeout(PROBE_MS);
}
await report({ serving: worker.port });

/** Whether the worker before has died. */
function isFree(wanted: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(wanted, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
