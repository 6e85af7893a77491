// Owns the worker process that the crash runner kills while tasks delegate to each other: a desk that
// has two letters posted by children, or waits for one that sleeps.
import { join } from "node:path";
import { z } from "zod";
import {
  createApp,
  createFsArtifactStore,
  defineAgent,
  defineTool,
  delegate,
  sleep,
} from "../../index.ts";
import { createLogger } from "../../services/log.ts";
import type { ScriptStep } from "../../testing/index.ts";
import { openEffectLedger, scriptedModel, serveCrashWorker } from "../../testing/index.ts";

const give = (message: string) => ({ tool: "delegate", arguments: { agent: "clerk", message } });

/** The first message of the conversation. */
function asked({
  messages: [first],
}: Parameters<Extract<ScriptStep, (...given: never) => unknown>>[0]): string {
  return first?.role === "user" ? first.text : "";
}

await serveCrashWorker(({ ingressUrl, adminUrl, directory }) => {
  const ledger = openEffectLedger(join(directory, "ledger.sqlite"));
  const post = defineTool({
    name: "post",
    description: "Posts a letter.",
    input: z.object({ text: z.string() }),
    output: z.string(),
    effect: "communication",
    approval: "never",
    idempotency: "honoured",
    execute: ({ text }, { idempotencyKey }) => {
      const request = { key: idempotencyKey, tool: "post", input: { text } };
      ledger.record(request);
      return ledger.applyOnce(request, () => "posted");
    },
  });
  const base = {
    instructions: "You do as you are told.",
    model: { provider: "clerk", model: "m" },
  };
  const clerk = defineAgent({ ...base, name: "clerk", tools: [post, sleep] });
  const desk = defineAgent({
    ...base,
    name: "desk",
    model: { provider: "desk", model: "m" },
    tools: [delegate({ agents: [clerk] })],
  });
  return createApp({
    agents: [desk, clerk],
    providers: {
      desk: scriptedModel([
        (request) => {
          const [what = "", id = ""] = asked(request).split(" ");
          const parts = what === "post" ? ["a", "b"].map((each) => `${id} ${each}`) : ["sleep"];
          return { calls: parts.map(give) };
        },
        "Done.",
      ]),
      clerk: scriptedModel([
        (request) =>
          asked(request) === "sleep"
            ? { calls: [{ tool: "sleep", arguments: { seconds: 600 } }] }
            : { calls: [{ tool: "post", arguments: { text: asked(request) } }] },
        "Posted.",
      ]),
    },
    artifacts: createFsArtifactStore({ directory: join(directory, "artifacts") }),
    ingressUrl,
    adminUrl,
    logger: createLogger("warn"),
  });
});
