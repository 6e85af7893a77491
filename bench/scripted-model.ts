// Owns the model of all measurements: it lives in the worker, reads its orders from the task's
// message and answers at once, in the size of a small real answer. The baseline's model action
// calls the same function, so that what the model itself costs is on both sides.
import { createHash } from "node:crypto";
import type { ModelProvider, ModelRequest, ProviderReply } from "../contract/index.ts";
import { waitForEvent } from "../index.ts";
import { failingText } from "./failing-artifacts.ts";
import { longCall } from "./long-call.ts";
import { mark } from "./marks.ts";
import { EVENT_TOPIC, type Orders, ordersSchema } from "./orders.ts";

/** About what a short answer takes in OpenAI's own format. */
const RESPONSE_BYTES = 700;
const FILLER = "x".repeat(RESPONSE_BYTES);

/** What the model asks the tool for; another text in each step, as the loop guard wants it. */
export function argumentsOf({ label }: Orders, step: number): string {
  return JSON.stringify({ label, item: `item-${step}`, note: "y".repeat(64) });
}

/** The answer after so many steps: a call of the tool, or the final text. */
export function reply(orders: Orders, step: number, tool: string): ProviderReply {
  const isFinal = step >= orders.steps;
  if (isFinal || orders.markAll) mark(isFinal ? "final" : "model", orders.label, step);
  const calls = [{ callId: `call-${step}`, name: tool, arguments: argumentsOf(orders, step) }];
  return {
    kind: "answered",
    ...(isFinal ? { text: "All items were looked up." } : {}),
    calls: isFinal ? [] : calls,
    finish: isFinal ? "stop" : "tool-calls",
    usage: { inputTokens: 1000, outputTokens: 40 },
    model: "scripted-1",
    response: JSON.stringify({ step, filler: FILLER }),
    requestDigest: createHash("sha256").update(`${orders.label}/${step}`).digest("hex"),
  };
}

export const scriptedModel: ModelProvider = {
  async call(request, signal) {
    const { orders, step } = readRequest(request);
    const tool = request.tools[0]?.name ?? "";
    if (orders.stop !== undefined && step === 0) return stopped(orders, tool, signal);
    const plain = reply(orders, step, tool);
    if (tool !== waitForEvent.name || plain.kind !== "answered") return plain;
    return {
      ...plain,
      calls: plain.calls.map((each) => ({ ...each, arguments: eventOf(orders) })),
    };
  },
};

/** What is in flight when a command comes. */
async function stopped(orders: Orders, tool: string, signal: AbortSignal): Promise<ProviderReply> {
  const { label, stop } = orders;
  if (stop === "tool") return reply({ ...orders, steps: 1 }, 0, tool);
  if (stop === "model") await longCall("model", label, signal);
  else mark("model", label, 0);
  if (stop === "pause") return { kind: "wait", code: "overloaded", retryAfterMs: PAUSE_MS };
  const answer = reply({ ...orders, steps: 0 }, 0, tool);
  return { ...answer, ...(stop === "backoff" ? { text: failingText(label) } : {}) };
}

/** Below the bound from which a task parks. */
const PAUSE_MS = 25_000;

/** The event that a task waits for has the task's label as its key. */
function eventOf({ label }: Orders): string {
  return JSON.stringify({ topic: EVENT_TOPIC, key: label });
}

/** The last user message has the orders; each tool message behind it is a step that is done. */
function readRequest({ messages }: ModelRequest): { orders: Orders; step: number } {
  let step = 0;
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const message = messages[at];
    if (message?.role === "tool") step += 1;
    if (message?.role !== "user") continue;
    const [part] = message.parts;
    if (part?.type !== "text") break;
    return { orders: ordersSchema.parse(JSON.parse(part.text)), step };
  }
  throw new Error("the context has no orders");
}
