// Owns the scenarios about effects of which something goes wrong, run in memory and on a server as
// those of scenarios.ts: what is unknown, what a person says of it, and what is undone.
import { z } from "zod";
import type { AgentDefinition } from "../../contract/agent.ts";
import type { AnyTool } from "../../contract/tool.ts";
import { defineAgent, defineTool } from "../../index.ts";
import type { TaskClient } from "../../testing/task-client.ts";
import type { Scenario } from "./scenarios.ts";

const input = z.object({ what: z.string() });

/** Books what it is asked for; what has begun of a `lost` thing ends without a word. */
const book = defineTool({
  name: "book",
  description: "Books a thing.",
  input,
  output: z.string(),
  effect: "reversible",
  approval: "never",
  retry: { maxAttempts: 1 },
  execute: async ({ what }, { beginEffect }) => {
    await beginEffect();
    if (what.startsWith("lost")) throw new TypeError("the line is dead");
    return `booked ${what}`;
  },
  reconcile: ({ what }) =>
    what === "lost and found"
      ? { outcome: "applied", result: "booked all the same" }
      : { outcome: "unknown", reason: "no trace of it" },
  compensate: ({ what }) =>
    what === "flight" ? { outcome: "committed", reason: "it has left" } : { outcome: "undone" },
});

function agentOf(name: string, tools: readonly AnyTool[] = [book]): AgentDefinition {
  const model = { provider: name, model: "m" };
  return defineAgent({ name, instructions: `You are ${name}.`, model, tools });
}

const booking = (what: string) => ({ calls: [{ tool: "book", arguments: { what } }] });

async function books(task: TaskClient): Promise<void> {
  await task.start("Book.");
  await task.until("idle");
}

export const EFFECT_SCENARIOS: readonly Scenario[] = [
  {
    name: "an unknown effect that the tool has found",
    agent: agentOf("found"),
    script: [booking("lost and found"), "Booked."],
    play: books,
  },
  {
    name: "an unknown effect of which a person says that it happened",
    agent: agentOf("stated"),
    script: [booking("lost for good"), "Booked."],
    play: async (task) => {
      await task.start("Book.");
      const { operations } = await task.until("waiting-reconcile");
      const operationId = operations[0]?.operationId ?? "";
      const statement = { outcome: "applied", result: { seat: 4 }, reason: "I called" } as const;
      await task.settle({ operationId, ...statement, by: "ann" });
      await task.until("idle");
    },
  },
  {
    name: "a cancellation that undoes effects, one of which is committed",
    agent: agentOf("undone"),
    script: [booking("flight"), booking("hotel"), "Booked."],
    play: async (task) => {
      await books(task);
      await task.cancel({ reason: "not wanted", by: "ann" });
      await task.until("cancelled");
    },
  },
  {
    name: "a cancellation with an effect that stays unknown",
    agent: agentOf("interrupted"),
    script: [booking("hotel"), booking("lost for good")],
    play: async (task) => {
      await task.start("Book.");
      await task.until("waiting-reconcile");
      await task.cancel({ reason: "not wanted" });
      await task.until("cancelled");
    },
  },
  {
    name: "a rollback, and a turn after it",
    agent: agentOf("rolled"),
    script: [booking("hotel"), "Booked.", "I see."],
    play: async (task) => {
      await books(task);
      await task.rollback({ reason: "the wrong week", by: "ann" });
      // It was idle before, too.
      while ((await task.status()).effects !== undefined);
      await task.until("idle");
      await task.ask("And now?", { messageId: "now" });
    },
  },
];
