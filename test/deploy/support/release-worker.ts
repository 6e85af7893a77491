// Owns the worker process of one release: the whole runtime with a clerk whose version, tools and
// words are the release's. Its model pays once and then says which release it is of.
import { appendFileSync } from "node:fs";
import { z } from "zod";
import { createApp, createFsArtifactStore, defineAgent, defineTool } from "../../../index.ts";
import { createLogger } from "../../../services/log.ts";
import { report } from "../../support/worker.ts";
import { asksFor, says, scriptedModel } from "../../agent/support/scripted-model.ts";

const settings = z
  .object({
    INGRESS_URL: z.url(),
    ADMIN_URL: z.url(),
    ARTIFACTS: z.string(),
    LEDGER: z.string(),
    RELEASE: z.string(),
    /** `pay`, or `refund` in its place. */
    TOOL: z.string(),
  })
  .parse(process.env);

const { RELEASE, TOOL, LEDGER } = settings;
const agent = defineAgent({
  name: "clerk",
  version: RELEASE,
  instructions: `You are a clerk of release ${RELEASE}.`,
  model: { provider: "scripted", model: "m-1" },
  tools: [
    defineTool({
      name: TOOL,
      description: "Pays.",
      input: z.object({ cents: z.int() }),
      output: z.string(),
      effect: "financial",
      async execute({ cents }, { taskId, beginEffect }) {
        await beginEffect();
        appendFileSync(LEDGER, `${taskId} ${RELEASE}\n`);
        return `paid ${cents}`;
      },
    }),
  ],
});
const model = scriptedModel((request) =>
  request.messages.some((message) => message.role === "tool")
    ? says(`done by ${RELEASE}`)
    : asksFor([TOOL, { cents: 5 }]),
);
const worker = await createApp({
  agents: [agent],
  providers: { scripted: model },
  artifacts: createFsArtifactStore({ directory: settings.ARTIFACTS }),
  ingressUrl: settings.INGRESS_URL,
  adminUrl: settings.ADMIN_URL,
  logger: createLogger("silent"),
  release: RELEASE,
}).serve({ port: Number(process.argv[2]) });
process.once("SIGTERM", () => {
  void worker.drain().then(() => process.exit(0));
});
await report({ serving: worker.port });
