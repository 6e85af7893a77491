// Owns what the tests of archived logs stand on: a real server, and an agent that looks up as many things
// as it is told, one after the other.
import { join } from "node:path";
import { z } from "zod";
import type { ArtifactStore } from "../../../contract/artifact.ts";
import {
  createApp,
  createFsArtifactStore,
  defineAgent,
  defineTool,
  type Worker,
} from "../../../index.ts";
import { createLogger } from "../../../services/log.ts";
import { asksFor, says, scriptedModel } from "../../agent/support/scripted-model.ts";
import { startEngine, type TestEngine } from "../../support/restate.ts";

export interface ReadingDesk {
  readonly engine: TestEngine;
  readonly worker: Worker;
  readonly artifacts: ArtifactStore;
  stop(): Promise<void>;
}

const look = defineTool({
  name: "look",
  description: "Looks something up.",
  input: z.object({ n: z.number() }),
  output: z.object({ found: z.string() }),
  effect: "read",
  execute: ({ n }) => ({ found: `the note ${n}` }),
});

/** `look <count>` in a message: so many calls before it says "done". */
const model = scriptedModel(({ messages }) => {
  const at = messages.findLastIndex(({ role }) => role === "user");
  const [, count = "0"] = /look (\d+)/.exec(JSON.stringify(messages[at])) ?? [];
  const done = messages.slice(at).filter(({ role }) => role === "tool").length;
  return done < Number(count) ? asksFor(["look", { n: done }]) : says("done");
});

export async function openReadingDesk(
  more: Partial<Parameters<typeof createApp>[0]> = {},
): Promise<ReadingDesk> {
  const engine = await startEngine();
  const artifacts = createFsArtifactStore({ directory: join(engine.directory, "artifacts") });
  const desk = defineAgent({
    name: "desk",
    instructions: "You look things up.",
    model: { provider: "scripted", model: "m-1" },
    tools: [look],
  });
  const app = createApp({
    agents: [desk],
    providers: { scripted: model },
    artifacts,
    ingressUrl: engine.ingressUrl,
    adminUrl: engine.adminUrl,
    logger: createLogger("silent"),
    evidence: {},
    ...more,
  });
  const worker = await app.serve({ port: 0 });
  await worker.register();
  return {
    engine,
    worker,
    artifacts,
    async stop() {
      // The server first: it would complain about workers that are gone.
      await engine.stop();
      await worker.drain();
    },
  };
}
