// Owns the scenarios of operations in the background that are run in memory and on a server, to see
// that both write the same task log.
import type { StatusView } from "../../contract/api.ts";
import {
  askHuman,
  cancelOperation,
  defineAgent,
  delegate,
  listOperations,
  sleep,
  waitForEvent,
  waitForOperations,
} from "../../index.ts";
import type { ScriptStep } from "../../testing/scripted-model.ts";
import type { Scenario } from "./scenarios.ts";

const base = { instructions: "You do as you are told." };
const helperOf = (name: string) =>
  defineAgent({ ...base, name, model: { provider: name, model: "m" }, tools: [sleep] });

const waits = helperOf("waits-beside");
const stops = helperOf("stops-beside");

function bossOf(name: string, helper: ReturnType<typeof helperOf>) {
  return defineAgent({
    ...base,
    name,
    model: { provider: name, model: "m" },
    tools: [
      sleep,
      waitForEvent,
      askHuman,
      delegate({ agents: [helper] }),
      listOperations,
      waitForOperations,
      cancelOperation,
    ],
  });
}

const give = (agent: string) => ({
  tool: "delegate",
  arguments: { agent, message: "Do it.", background: true },
});
const paid = { tool: "wait_for_event", arguments: { topic: "paid", key: "b", background: true } };
const question = { tool: "ask_human", arguments: { question: "Which?", background: true } };
const nap = (seconds: number) => ({ tool: "sleep", arguments: { seconds } });

/** Ends what was begun first. */
const cancelsFirst: ScriptStep = ({ messages }) => {
  const [, operation] = /"background":"([^"]+)"/.exec(JSON.stringify(textsOf(messages))) ?? [];
  return { calls: [{ tool: "cancel_operation", arguments: { operation } }] };
};

function textsOf(
  messages: Parameters<Extract<ScriptStep, (...given: never) => unknown>>[0]["messages"],
) {
  const texts = messages.flatMap((each) => (each.role === "tool" ? [each.text] : []));
  return texts.map((text) => JSON.parse(text) as unknown);
}

function openCall({ operations }: StatusView, tool: string): string {
  const found = operations.find((each) => each.tool === tool);
  if (found === undefined) throw new Error(`no call of ${tool} is open`);
  return found.operationId;
}

export const BACKGROUND_SCENARIOS: readonly Scenario[] = [
  {
    name: "an event and a question beside the turn",
    agent: bossOf("is-asked-beside", waits),
    script: [{ calls: [paid, question] }, "I wait.", "I see.", "Done."],
    play: async (task) => {
      await task.start("Go.");
      const view = await task.until("waiting-event");
      await task.answer({ operationId: openCall(view, "ask_human"), answer: "b", by: "ada" });
      await task.until("waiting-event");
      await task.publish({ topic: "paid", key: "b", eventId: "p", payload: { cents: 5 } });
      await task.until("idle");
    },
  },
  {
    name: "a child in the background that is waited for",
    agent: bossOf("delegates-beside", waits),
    script: [
      { calls: [give(waits.name)] },
      { calls: [{ tool: "wait_for_operations", arguments: { until: "all" } }] },
      "Done.",
    ],
    children: [{ agent: waits, script: [{ calls: [nap(2)] }, "Found."] }],
    play: async (task) => {
      await task.start("Go.");
      await task.until("idle");
    },
  },
  {
    name: "a child in the background that the model ends, and a task that is cancelled",
    agent: bossOf("ends-beside", stops),
    script: [{ calls: [give(stops.name), paid] }, { calls: [nap(1)] }, cancelsFirst, "I wait."],
    children: [{ agent: stops, script: [{ calls: [nap(600)] }] }],
    play: async (task) => {
      await task.start("Go.");
      let view = await task.until("waiting-event");
      while (view.children !== undefined) view = await task.until("waiting-event");
      await task.cancel({ by: "ann", reason: "enough" });
      await task.until("cancelled");
    },
  },
];
