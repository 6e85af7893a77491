// Owns the app of the clean-up tests: one agent whose task comes to rest, or to a standstill, in the
// phase that its first message names, and a child that waits for ever. It serves in the test process.
import { z } from "zod";
import type { ModelProvider } from "../../contract/model.ts";
import type { EffectClass } from "../../contract/effect-class.ts";
import {
  askHuman,
  createApp,
  defineAgent,
  defineBudgets,
  defineTool,
  delegate,
  sleep,
  waitForEvent,
} from "../../index.ts";
import type { Scene } from "../agent/support/scene.ts";
import { asksFor, says, scriptedModel, type Reply } from "../agent/support/scripted-model.ts";

export const SUBJECT = "subject";
/** A tenant whose budget has no room. */
export const POOR = "poor";

export const PHASES = [
  "model-call",
  "read",
  "effect",
  "approval",
  "event",
  "timer",
  "question",
  "child",
  "provider",
  "budget",
  "queued",
  "paused",
  "idle",
] as const;
export type Phase = (typeof PHASES)[number];

const DAY_SECONDS = 24 * 3_600;
/** Longer than a segment waits, so that some tasks park for their tool. */
const TOOL_WAIT_MS = 2_000;

export async function serveSubject({ surroundings }: Scene) {
  const child = defineAgent({
    name: "child",
    instructions: "You wait.",
    model: { provider: "scripted", model: "m-1" },
    tools: [sleep],
  });
  const subject = defineAgent({
    name: SUBJECT,
    instructions: "You stand still.",
    model: { provider: "scripted", model: "m-1" },
    tools: [
      endless("look", "read"),
      endless("wire", "financial", "never"),
      endless("pay", "financial"),
      sleep,
      waitForEvent,
      askHuman,
      delegate({ agents: [child] }),
    ],
    limits: { toolWaitMs: TOOL_WAIT_MS, maxProviderWaitMs: 100 },
  });
  const worker = await createApp({
    ...surroundings,
    agents: [subject, child],
    providers: { scripted: model },
    // What is not used goes back sooner than by default.
    budgets: defineBudgets({ levels: { task: {}, tenant: {} }, idleMs: 500 }),
  }).serve({ port: 0 });
  await worker.register();
  return worker;
}

/** Goes on until it is told to stop. */
function endless(name: string, effect: EffectClass, approval: "default" | "never" = "default") {
  return defineTool({
    name,
    description: "Takes for ever.",
    input: z.strictObject({ what: z.string() }),
    output: z.string(),
    effect,
    approval,
    execute: async (_, { signal }) => {
      await stopped(signal);
      throw new Error("it was stopped");
    },
  });
}

const model: ModelProvider = scriptedModel(async ({ messages, tools }, signal) => {
  const [first] = messages.flatMap((each) => (each.role === "user" ? each.parts : []));
  const [phase = "", id = ""] = (first?.type === "text" ? first.text : "").split(" ");
  if (tools.length === 1) return asksFor(["sleep", { seconds: DAY_SECONDS }]);
  if (phase === "model-call" || phase === "queued") await stopped(signal);
  return replyIn(phase as Phase, id);
});

function replyIn(phase: Phase, id: string): Reply {
  switch (phase) {
    case "read":
      return asksFor(["look", { what: id }]);
    case "effect":
    case "paused":
      return asksFor(["wire", { what: id }]);
    case "approval":
      return asksFor(["pay", { what: id }]);
    case "event":
      return asksFor(["wait_for_event", { topic: "paid", key: id }]);
    case "timer":
      return asksFor(["sleep", { seconds: DAY_SECONDS }]);
    case "question":
      return asksFor(["ask_human", { question: "Which?" }]);
    case "child":
      return asksFor(["delegate", { agent: "child", message: "Wait." }]);
    case "provider":
      return { kind: "wait", code: "overloaded", retryAfterMs: DAY_SECONDS * 1_000 };
    case "budget":
    case "model-call":
    case "queued":
    case "idle":
      return says("done");
  }
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(new DOMException("stopped", "AbortError"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
  });
}
