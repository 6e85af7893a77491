// Owns the agent of the tests of `explain`: the first message of a task says what its model asks for, so
// that one agent brings a task into each phase.
import { z } from "zod";
import { defineTool, sleep, waitForEvent } from "../../../index.ts";
import { countedTool } from "../../agent/support/clerk-tools.ts";
import { createGate } from "../../agent/support/gate.ts";
import { asksFor, type Reply, says, scriptedModel } from "../../agent/support/scripted-model.ts";

/** Plans whose provider answers again. */
export const up = new Set<string>();
export const pay = countedTool({ name: "pay-explained", effect: "financial" });
export const gate = createGate();
export const slow = countedTool({ name: "slow-explained", gate });
export const look = countedTool({ name: "look-explained" });
export const lost = defineTool({
  name: "wire-explained",
  description: "Wires.",
  input: z.strictObject({ what: z.string() }),
  output: z.string(),
  effect: "financial",
  approval: "never",
  timeoutMs: 200,
  execute: (_, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("nobody knows")));
    }),
});
export const nobodys = countedTool({ name: "nobodys-explained" });

/** The first message says what the task's model asks for. */
export const model = scriptedModel(({ messages }): Reply => {
  const first = messages.find(({ role }) => role === "user");
  const part = first?.role === "user" ? first.parts[0] : undefined;
  const plan = part?.type === "text" ? part.text : "";
  if (plan === "provider" && !up.has(plan))
    return { kind: "wait", code: "rate_limited", status: 429, retryAfterMs: 3_600_000 };
  if (messages.some(({ role }) => role === "tool")) return says("done");
  const asked: Record<string, Reply> = {
    approval: asksFor([pay.tool.name, { what: "x" }]),
    event: asksFor([waitForEvent.name, { topic: "paid", key: "7", deadline_seconds: 600 }]),
    timer: asksFor([sleep.name, { seconds: 600 }]),
    tool: asksFor([slow.tool.name, { what: "x" }]),
    unknown: asksFor([lost.name, { what: "x" }]),
    unserved: asksFor([nobodys.tool.name, { what: "x" }]),
    look: asksFor([look.tool.name, { what: "x" }]),
  };
  return asked[plan] ?? says("done");
});
