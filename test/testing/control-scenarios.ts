// Owns the scenarios of messages and control that are run in memory and on a server, to see that
// both write the same task log (L2).
import { z } from "zod";
import type { AgentDefinition } from "../../contract/agent.ts";
import { askHuman, defineAgent, defineTool, sleep, waitForEvent } from "../../index.ts";
import type { TaskClient } from "../../testing/task-client.ts";
import type { Scenario } from "./scenarios.ts";

const SAID = { reason: "let me look", by: "olga" };

const input = z.object({ cents: z.int() });

const pay = defineTool({
  name: "pay-control",
  description: "Pays.",
  input,
  output: z.string(),
  effect: "financial",
  execute: ({ cents }) => `paid ${cents}`,
});

const wire = defineTool({
  name: "wire-control",
  description: "Wires money.",
  input,
  output: z.string(),
  effect: "reversible",
  approval: "never",
  execute: ({ cents }) => `wired ${cents}`,
  compensate: () => ({ outcome: "undone" }),
});

function clerk(name: string): AgentDefinition {
  const model = { provider: name, model: "small" };
  const tools = [pay, wire, sleep, waitForEvent, askHuman];
  return defineAgent({ name, instructions: "Pay.", model, tools });
}

const wants = (tool: string) => ({ calls: [{ tool, arguments: { cents: 5 } }] });

async function asked(task: TaskClient): Promise<string> {
  await task.start("Pay.");
  const { operations } = await task.until("waiting-approval");
  return operations[0]?.operationId ?? "";
}

const codeOf = (error: unknown) => (error as { readonly code?: string }).code;

export const CONTROL_SCENARIOS: readonly Scenario[] = [
  {
    name: "a pause, in which somebody says something, a resume, and an approval after it",
    agent: clerk("control-held"),
    script: [wants("pay-control"), "Paid."],
    play: async (task) => {
      await asked(task);
      await task.control({ verb: "pause", ...SAID });
      await task.send("And be quick.", { messageId: "m-2" });
      while ((await task.events()).filter(({ type }) => type === "message.received").length < 2);
      await task.control({ verb: "resume", ...SAID });
      await task.until("waiting-approval");
      await task.decide({ decision: "approve", by: "ada", via: "decide" });
      await task.until("idle");
    },
  },
  {
    name: "a message that interrupts a wait for a person",
    agent: clerk("control-interrupted"),
    script: [wants("pay-control"), "Stopped."],
    play: async (task) => {
      await asked(task);
      await task.send("Stop.", { messageId: "m-2", mode: "interrupt" });
      await task.until("idle");
    },
  },
  {
    name: "a message that interrupts a time, an event and a question at once",
    agent: clerk("control-unwaited"),
    script: [
      {
        calls: [
          { tool: "sleep", arguments: { seconds: 3_600 } },
          { tool: "wait_for_event", arguments: { topic: "settled", key: "unwaited" } },
          { tool: "ask_human", arguments: { question: "Which?", options: ["a", "b"] } },
        ],
      },
      "Stopped.",
    ],
    play: async (task) => {
      await task.start("Pay.");
      const { operations } = await task.until("waiting-event");
      await task.send("Stop.", { messageId: "m-2", mode: "interrupt" });
      await task.until("idle");
      // What comes for them now changes nothing.
      await task.publish({ topic: "settled", key: "unwaited", eventId: "e-1" });
      const operationId = operations.find(({ tool }) => tool === "ask_human")?.operationId ?? "";
      const late = await task
        .answer({ operationId, answer: "a", by: "ada" })
        .then(() => "taken", codeOf);
      if (late !== "question_ended") throw new Error(`answered late: ${late}`);
      const ended = (await task.events()).filter(({ type }) => type === "tool.returned");
      if (ended.length !== 3) throw new Error(`${ended.length} of 3 waits have ended`);
    },
  },
  {
    name: "two messages that are kept for later turns",
    agent: clerk("control-kept"),
    script: [wants("pay-control"), "One.", "Two.", "Three."],
    play: async (task) => {
      const operationId = await asked(task);
      await task.send("Second.", { messageId: "m-2", mode: "queue" });
      await task.send("Third.", { messageId: "m-3", mode: "queue" });
      while ((await task.status()).kept !== 2);
      await task.control({ verb: "override", operationId, result: { by: "hand" }, ...SAID });
      await task.until("idle");
    },
  },
  {
    name: "a transfer, a failed turn that is tried again, and the end by a person",
    agent: clerk("control-handed-over"),
    script: [{ failure: "invalid_request" }, "At last."],
    play: async (task) => {
      await task.start("Pay.", { owner: "ann" });
      await task.until("failed");
      await task.control({ verb: "transfer", owner: "bob", escalation: "desk", ...SAID });
      await task.retry({ reason: "again", by: "olga" });
      await task.until("idle");
      await task.control({ verb: "complete", ...SAID });
      await task.until("completed");
    },
  },
  {
    name: "a task that is retired with an effect that stays and a wait that is closed",
    agent: clerk("control-retiring"),
    script: [wants("wire-control"), wants("pay-control")],
    play: async (task) => {
      await asked(task);
      await task.control({ verb: "quarantine", ...SAID });
      await task.control({ verb: "retire", ...SAID });
      await task.until("retired");
    },
  },
];
