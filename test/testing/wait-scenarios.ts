// Owns the scenarios of waits that are run in memory and on a server, to see that both write the
// same task log.
import { z } from "zod";
import type { StatusView } from "../../contract/api.ts";
import { askHuman, defineAgent, defineTool, sleep, waitFor, waitForEvent } from "../../index.ts";
import type { AgentSpec } from "../../index.ts";
import type { TaskClient } from "../../testing/task-client.ts";
import type { Scenario } from "./scenarios.ts";

const pay = defineTool({
  name: "pay_bill",
  description: "Pays.",
  input: z.object({}),
  output: z.string(),
  effect: "financial",
  execute: () => "paid",
});

const order = defineTool({
  name: "order",
  description: "Orders, and waits for the delivery.",
  input: z.object({ days: z.int() }),
  output: z.string(),
  effect: "communication",
  approval: "never",
  execute: ({ days }) =>
    waitFor(({ now }) => {
      const deadlineAt = now + days * 86_400_000;
      return { kind: "event", topic: "delivered", key: "order-1", deadlineAt };
    }),
});

function agentOf(name: string, more: Partial<AgentSpec<unknown>> = {}) {
  return defineAgent({
    name,
    instructions: `You are ${name}.`,
    model: { provider: name, model: "m" },
    tools: [sleep, waitForEvent, askHuman, pay, order],
    ...more,
  });
}

const settled = { tool: "wait_for_event", arguments: { topic: "settled", key: "7" } };
const question = { tool: "ask_human", arguments: { question: "Which?", options: ["a", "b"] } };
const nap = (seconds: number) => ({ tool: "sleep", arguments: { seconds } });

/** The id of the open call of a tool. */
function openCall({ operations }: StatusView, tool: string): string {
  const found = operations.find((each) => each.tool === tool);
  if (found === undefined) throw new Error(`no call of ${tool} is open`);
  return found.operationId;
}

async function publishes(task: TaskClient, topic: string, key: string): Promise<void> {
  await task.publish({ topic, key, eventId: `${topic}-${key}`, payload: { ok: true } });
}

export const WAIT_SCENARIOS: readonly Scenario[] = [
  {
    name: "a time that comes",
    agent: agentOf("sleeps"),
    script: [{ calls: [nap(1)] }, "Awake."],
    play: async (task) => {
      await task.start("Go.");
      await task.until("idle");
    },
  },
  {
    name: "a time, an event, a question and an approval at once",
    agent: agentOf("all-waits"),
    script: [
      { calls: [nap(3_600), settled, question, { tool: "pay_bill", arguments: {} }] },
      "All.",
    ],
    play: async (task) => {
      await task.start("Go.");
      await task.until("waiting-approval");
      await task.decide({ decision: "approve", by: "ada" });
      const view = await task.until("waiting-event");
      await task.answer({ operationId: openCall(view, "ask_human"), answer: "b", by: "ada" });
      await task.until("waiting-event");
      await publishes(task, "settled", "7");
      await task.until("waiting-timer");
      const operationId = openCall(view, "sleep");
      await task.withdraw({ operationId, reason: "it is morning" });
      await task.until("idle");
    },
  },
  {
    name: "waits that nobody can wait for",
    agent: agentOf("bad-waits"),
    script: [
      {
        calls: [
          { tool: "sleep", arguments: { until: "2020-01-01T00:00:00Z" } },
          { tool: "wait_for_event", arguments: { topic: "settled" } },
          { tool: "sleep", arguments: { seconds: 40 * 86_400 } },
        ],
      },
      "I cannot wait.",
    ],
    play: async (task) => {
      await task.start("Go.");
      await task.until("idle");
    },
  },
  {
    name: "a deadline that passes",
    agent: agentOf("times-out"),
    script: [
      { calls: [{ tool: "ask_human", arguments: { question: "Now?", deadline_seconds: 1 } }] },
      "Nobody answered.",
    ],
    play: async (task) => {
      await task.start("Go.");
      await task.until("idle");
    },
  },
  {
    name: "an event that does not come by its deadline",
    agent: agentOf("misses-event"),
    script: [
      {
        calls: [
          {
            tool: "wait_for_event",
            arguments: { topic: "settled", key: "9", deadline_seconds: 1 },
          },
        ],
      },
      "Nothing came.",
    ],
    play: async (task) => {
      await task.start("Go.");
      await task.until("idle");
    },
  },
  {
    name: "an event that was kept, of a call that was made before",
    agent: agentOf("orders"),
    script: [{ calls: [{ tool: "order", arguments: { days: 2 } }] }, "Delivered."],
    play: async (task) => {
      await publishes(task, "delivered", "order-1");
      await task.start("Order.");
      await task.until("idle");
    },
  },
  {
    name: "a wait that is withdrawn, and one that is cancelled with its task",
    agent: agentOf("withdrawn-wait"),
    script: [{ calls: [settled, question] }, { calls: [settled] }],
    play: async (task) => {
      await task.start("Go.");
      let view = await task.until("waiting-event");
      for (const tool of ["wait_for_event", "ask_human"]) {
        const operationId = openCall(view, tool);
        await task.withdraw({ operationId, reason: "it is not needed", by: "ada" });
        view = await task.until("waiting-event");
      }
      await task.cancel({ reason: "not wanted", by: "ada" });
      await task.until("cancelled");
    },
  },
];
