// Owns the agents of the fault tests and of the soak: their tools are one of every effect class, each
// with its way of being made only once, and their model does what the task's first message says. So a
// task has as much in it as its plan: parallel effects, approvals, events, timers, children.
import { z } from "zod";
import type { AgentDefinition } from "../../../contract/agent.ts";
import type { EffectClass } from "../../../contract/effect-class.ts";
import type { ToolContext } from "../../../contract/tool.ts";
import { defineAgent, defineTool, delegate, sleep, waitForEvent } from "../../../index.ts";
import type { ScriptedAnswer } from "../../../testing/model/model-answer.ts";
import type { SeenRequest } from "../../../testing/model/seen-request.ts";
import type { ScriptStep } from "../../../testing/scripted-model.ts";

export const LEADER = "leader";
const PORTER = "porter";

/** What one answer of the model asks for, side by side: `mail a`, `sleep 1`, `hear k`, `give mail b`. */
export type PlanStep = readonly string[];
export type Plan = readonly PlanStep[];

/** What a tool tells the world. */
export interface Act {
  readonly tool: string;
  readonly key: string;
  readonly input: unknown;
  /** Whether it is done once per key there. */
  readonly honoured: boolean;
  readonly undo?: boolean;
}

/** The other side of the tools. */
export interface Outside {
  /** Rejects when it is not known whether it was done. */
  act(act: Act, context: Pick<ToolContext, "fetch" | "beginEffect">): Promise<void>;
  /** Whether something was done under this key. */
  has(key: string, context: Pick<ToolContext, "fetch" | "beginEffect">): Promise<boolean>;
}

/** Of whose calls the runtime can find out what became; of the others' only a person can. */
export const ASKABLE = "wire";

interface Spec {
  readonly name: string;
  readonly effect: EffectClass;
  readonly idempotency: "honoured" | "none";
  readonly approval?: "default" | "never";
  readonly reconciles?: boolean;
}

/** One of every class, and of those that may not run twice each way to see to that. */
const EFFECTS: readonly Spec[] = [
  { name: "mail", effect: "communication", idempotency: "honoured", approval: "never" },
  { name: "run", effect: "code", idempotency: "honoured", approval: "never" },
  { name: "admin", effect: "administrative", idempotency: "honoured", approval: "never" },
  { name: "pay", effect: "financial", idempotency: "honoured" },
  // Fenced: the other side takes no keys, and can be asked...
  { name: ASKABLE, effect: "financial", idempotency: "none", approval: "never", reconciles: true },
  // ...or cannot, so that a person has to look.
  { name: "burn", effect: "irreversible", idempotency: "none", approval: "never" },
];

const input = z.strictObject({ what: z.string() });
// Short, so that what a fault leaves behind is known soon.
const TIMES = {
  timeoutMs: 2_000,
  startDeadlineMs: 2_000,
  retry: { maxAttempts: 20, initialIntervalMs: 50, maxIntervalMs: 500 },
};

export function expedition(outside: Outside): {
  readonly leader: AgentDefinition;
  readonly porter: AgentDefinition;
} {
  const effects = EFFECTS.map((spec) => effectTool(spec, outside));
  const base = {
    instructions: "You do as you are told.",
    limits: { toolWaitMs: 1_000, maxProviderWaitMs: 500 },
  };
  const tools = [look, bookTool(outside), ...effects];
  const model = { provider: "guide", model: "m" };
  const porter = defineAgent({ ...base, name: PORTER, model, tools: [look, ...effects] });
  const leader = defineAgent({
    ...base,
    name: LEADER,
    model,
    tools: [...tools, sleep, waitForEvent, delegate({ agents: [porter] })],
  });
  return { leader, porter };
}

type Input = z.infer<typeof input>;

function effectTool(spec: Spec, outside: Outside) {
  const { name, effect, idempotency, approval = "default" } = spec;
  const tool = {
    ...TIMES,
    name,
    effect,
    idempotency,
    approval,
    description: `Does ${name}.`,
    input,
    output: z.string(),
    execute: async (given: Input, context: ToolContext) => {
      const { idempotencyKey: key } = context;
      await outside.act(
        { tool: name, key, input: given, honoured: idempotency === "honoured" },
        context,
      );
      return `${name} ${given.what}: done`;
    },
  };
  if (spec.reconciles !== true) return defineTool(tool);
  return defineTool({
    ...tool,
    reconcile: async ({ what }: Input, context: ToolContext) =>
      (await outside.has(context.idempotencyKey, context))
        ? { outcome: "applied" as const, result: `${name} ${what}: done` }
        : { outcome: "not-applied" as const },
  });
}

const look = defineTool({
  name: "look",
  description: "Looks.",
  input,
  output: z.string(),
  effect: "read",
  ...TIMES,
  // A long result is an artifact.
  execute: ({ what }) => `look ${what}: seen${what.startsWith("far") ? " far".repeat(20_000) : ""}`,
});

function bookTool(outside: Outside) {
  const name = "book";
  return defineTool({
    name,
    ...TIMES,
    description: "Books.",
    input,
    output: z.string(),
    effect: "reversible",
    idempotency: "honoured",
    approval: "never",
    execute: async (given, context) => {
      const { idempotencyKey: key } = context;
      await outside.act({ tool: name, key, input: given, honoured: true }, context);
      return `book ${given.what}: done`;
    },
    compensate: async (given, _, context) => {
      const { idempotencyKey: key } = context;
      await outside.act({ tool: name, key, input: given, honoured: true, undo: true }, context);
      return { outcome: "undone" };
    },
  });
}

/** Longer than any plan and what is said in between. */
const MOST_ANSWERS = 64;

/** The model of both: an answer is a function of the conversation alone. */
export const GUIDE_SCRIPT: readonly ScriptStep[] = Array.from(
  { length: MOST_ANSWERS },
  () => answerTo,
);

function answerTo({ messages }: SeenRequest): ScriptedAnswer {
  const [first] = messages;
  const plan = first?.role === "user" ? planIn(first.text) : [];
  const step = plan[messages.filter(({ role }) => role === "assistant").length];
  return step === undefined ? "All is done." : { calls: step.map(callOf) };
}

/** A plan as the first message says it. */
export function messageOf(plan: Plan): string {
  return plan.map((step) => step.join(", ")).join(" | ");
}

function planIn(message: string): Plan {
  return message === "" ? [] : message.split(" | ").map((step) => step.split(", "));
}

function callOf(words: string): { readonly tool: string; readonly arguments: object } {
  const [tool = "", ...rest] = words.split(" ");
  const what = rest.join(" ");
  switch (tool) {
    case "sleep":
      return { tool, arguments: { seconds: Number(what) } };
    case "hear":
      return { tool: "wait_for_event", arguments: { topic: "news", key: what } };
    case "give":
      return { tool: "delegate", arguments: { agent: PORTER, message: what } };
    default:
      return { tool, arguments: { what } };
  }
}
