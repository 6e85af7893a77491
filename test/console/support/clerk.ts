// Owns the agent of these tests: what its model answers follows from what the task is told, and it waits in
// each way that somebody at the console has to do with.
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { ModelProvider, ModelRequest, ProviderReply } from "../../../contract/model.ts";
import { askHuman, defineAgent, defineTool, waitForEvent } from "../../../index.ts";
import { asksFor, says, scriptedModel } from "../../agent/support/scripted-model.ts";

/** While a story is told: between two pieces, in milliseconds. */
const PIECE_MS = 60;
/** How long looking an order up takes, in milliseconds. */
const LOOK_MS = 150;
/** Steps of a task that is told to look often. */
export const LOOKS = 12;

export const STORY = Array.from(
  { length: 12 },
  (_, n) => `This is sentence ${n} of the story.`,
).join(" ");

const orderSchema = z.object({ order: z.string().describe("Its number") });
const lookUp = defineTool({
  name: "look_up_order",
  version: "1",
  description: "Looks an order up.",
  effect: "read",
  input: orderSchema,
  output: z.object({ order: z.string(), total: z.int(), state: z.string() }),
  async execute({ order }) {
    await delay(LOOK_MS);
    return { order, total: 12_900, state: "delivered" };
  },
});
const refund = defineTool({
  name: "issue_refund",
  version: "3",
  description: "Pays money back.",
  effect: "financial",
  approval: "required",
  input: z.object({ order: z.string(), cents: z.int().describe("How much") }),
  output: z.object({ order: z.string(), cents: z.int(), refundId: z.string() }),
  execute: async ({ order, cents }) => ({ order, cents, refundId: `re-${order}` }),
});

const postLetter = defineTool({
  name: "post_letter",
  version: "1",
  description: "Posts a letter.",
  effect: "communication",
  approval: "never",
  input: z.object({ to: z.string() }),
  output: z.string(),
  execute: async () => {
    throw new Error("the post office does not answer");
  },
});

export const clerk = defineAgent({
  name: "refund-clerk",
  instructions: "You answer customers who want their money back. Look every order up first.",
  model: { provider: "scripted", model: "clerk-1" },
  tools: [lookUp, refund, postLetter, askHuman, waitForEvent],
});

function answerTo({ messages }: ModelRequest) {
  const said = JSON.stringify(messages.findLast(({ role }) => role === "user"));
  const since = messages.slice(messages.findLastIndex(({ role }) => role === "user") + 1);
  const looks = since.filter(({ role }) => role === "tool").length;
  const look = asksFor(["look_up_order", { order: String(1017 + looks) }]);
  if (said.includes("story")) return says(STORY);
  if (said.includes("often")) return looks < LOOKS ? look : says("Looked often enough.");
  if (said.includes("refund")) {
    if (looks === 0) return { ...look, text: "I look the order up first." };
    if (looks === 1) return asksFor(["issue_refund", { order: "1017", cents: 12_900 }]);
    return says("The refund is on its way. It takes two or three days.");
  }
  if (looks > 0) return says("Thank you, that is all.");
  if (said.includes("letter")) return asksFor(["post_letter", { to: "Ada" }]);
  if (said.includes("question")) return asksFor(["ask_human", { question: "Which address?" }]);
  if (said.includes("parcel"))
    return asksFor(["wait_for_event", { topic: "parcel", key: "1017", deadline_seconds: 86_400 }]);
  return says("Good day. How can I help?");
}

/** Told of a broken key, it is refused until there is the file `mended`; stories come piece by piece. */
export function clerksModel(mended: string): ModelProvider {
  const script = scriptedModel((request) => answerTo(request));
  return {
    async call(request, signal, hear): Promise<ProviderReply> {
      const broken = JSON.stringify(request.messages).includes("broken key");
      if (broken && !existsSync(mended))
        return { kind: "operator", code: "authentication", status: 401 };
      const reply = await script.call(request, signal);
      if (reply.kind !== "answered") return reply;
      for (const piece of reply.text?.match(/.{1,24}/gs) ?? []) {
        hear?.(piece);
        await delay(PIECE_MS, undefined, { signal });
      }
      const inputTokens = Math.ceil(JSON.stringify(request.messages).length / 4);
      return { ...reply, usage: { inputTokens, outputTokens: 40, cachedInputTokens: 12 } };
    },
  };
}
