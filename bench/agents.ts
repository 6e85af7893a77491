// Owns the agents and tools of the measurements: a clerk whose tool only reads, and a cashier
// whose tool waits for an approval.
import { z } from "zod";
import { defineAgent, defineTool, waitForEvent } from "../index.ts";
import { longCall } from "./long-call.ts";
import { mark } from "./marks.ts";

/** In the worker's `providers`. */
export const PROVIDER = "scripted";

const input = z.object({ label: z.string(), item: z.string(), note: z.string() });
const itemSchema = z.object({
  item: z.string(),
  price: z.number(),
  description: z.string(),
});

/** What a look-up finds, the same in the baseline's tool. */
export function lookUp(item: string): z.infer<typeof itemSchema> {
  return { item, price: 1200, description: "d".repeat(160) };
}

const lookUpTool = defineTool({
  name: "look-up",
  description: "Looks an item up.",
  input,
  output: itemSchema,
  effect: "read",
  execute: ({ item }) => lookUp(item),
});

const payTool = defineTool({
  name: "pay",
  description: "Pays for an item.",
  input,
  output: itemSchema,
  effect: "financial",
  idempotency: "honoured",
  execute: ({ label, item }) => {
    mark("tool", label, 0);
    return lookUp(item);
  },
});

const shared = {
  instructions: "Look up what you are asked for, one item after the other.",
  model: { provider: PROVIDER, model: "scripted-1" },
};

export const clerk = defineAgent({
  ...shared,
  name: "clerk",
  tools: [lookUpTool],
  // One turn of 2,000 steps is measured; everything else is as it comes.
  limits: { maxSteps: 10_000 },
});

export const cashier = defineAgent({ ...shared, name: "cashier", tools: [payTool] });

/** The same payment under three promises: what each costs is measured beside a plain look-up. */
const promised = { input, output: itemSchema, effect: "financial" } as const;
const description = "Pays for an item.";
const pay = ({ item }: z.infer<typeof input>) => lookUp(item);

/** The other side makes it once per key, so that it is simply retried. */
export const keyed = defineAgent({
  ...shared,
  name: "keyed",
  tools: [
    defineTool({
      ...promised,
      name: "pay-keyed",
      description,
      approval: "never",
      idempotency: "honoured",
      execute: pay,
    }),
  ],
});

/** At most once. */
export const fenced = defineAgent({
  ...shared,
  name: "fenced",
  tools: [
    defineTool({ ...promised, name: "pay-fenced", description, approval: "never", execute: pay }),
  ],
});

/** At most once, and each call allowed by a person. */
export const approved = defineAgent({
  ...shared,
  name: "approved",
  tools: [defineTool({ ...promised, name: "pay-approved", description, execute: pay })],
});

/** Is in the middle of something that takes long when a command comes. */
export const slow = defineAgent({
  ...shared,
  name: "slow",
  tools: [
    defineTool({
      name: "search",
      description: "Searches for an item, which takes long.",
      input,
      output: z.string(),
      effect: "read",
      execute: ({ label }, { signal }) => longCall("tool", label, signal),
    }),
  ],
});

/** Waits for an event from outside. */
export const waiter = defineAgent({ ...shared, name: "waiter", tools: [waitForEvent] });
