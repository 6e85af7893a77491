// Owns the scenario of a task that is stuck, run in memory and on a server, to see that both write the
// same task log, and explain alike (L2).
import { setImmediate as nextTick } from "node:timers/promises";
import { z } from "zod";
import { defineAgent, defineTool } from "../../index.ts";
import type { TaskClient } from "../../testing/task-client.ts";
import type { StatusView } from "../../contract/api.ts";
import type { Scenario } from "./scenarios.ts";

const wire = defineTool({
  name: "wire-watched",
  description: "Wires money.",
  input: z.object({}),
  output: z.string(),
  effect: "financial",
  approval: "never",
  execute: async (_, { beginEffect }) => {
    await beginEffect();
    throw new Error("the line is dead");
  },
});

/** What a task records when its turn comes. */
async function marked(
  task: TaskClient,
  holds: (stuck: StatusView["stuck"]) => boolean,
): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!holds((await task.status()).stuck)) {
    if (Date.now() > deadline) throw new Error("its status does not say so");
    await nextTick();
  }
}

export const WATCH_SCENARIOS: readonly Scenario[] = [
  {
    name: "a task that is stuck, which is told on, and goes on",
    agent: defineAgent({
      name: "watched",
      instructions: "You wire.",
      model: { provider: "watched", model: "m" },
      tools: [wire],
    }),
    script: [{ calls: [{ tool: wire.name, arguments: {} }] }, "Wired."],
    play: async (task) => {
      await task.start("Wire.");
      const { operations } = await task.until("waiting-reconcile");
      const operationId = operations[0]?.operationId ?? "";
      const said = { reason: "the owner is away", by: "olga" };
      await task.control({ verb: "transfer", owner: "ann", escalation: "bea", ...said });
      const [blocker] = (await task.explain()).blockers;
      if (blocker.kind !== "unknown-effect" || blocker.operationId !== operationId)
        throw new Error(`it explains ${blocker.kind}`);
      if ((await task.flag()).result !== "nothing") throw new Error("it is not stuck yet");
      await task.flag({ retryingMs: 0 });
      await marked(task, (stuck) => stuck?.kind === "retrying");
      await task.flag({ retryingMs: 0 });
      await task.flag({ escalateMs: 0 });
      await marked(task, (stuck) => stuck?.escalated?.to === "bea");
      await task.settle({ operationId, outcome: "applied", reason: "I called", by: "ann" });
      await task.until("idle");
      await marked(task, (stuck) => stuck === undefined);
    },
  },
];
