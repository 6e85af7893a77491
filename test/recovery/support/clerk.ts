// Owns the agent of these tests, in whatever process: its model does what the task's message
// says, its tools write into the world's ledger, and all of them tell the world where they are.
// Nothing is kept between two calls, so a worker with an empty memory answers alike.
import { z } from "zod";
import type { AgentDefinition, AgentLimits } from "../../../contract/agent.ts";
import type { EffectClass } from "../../../contract/effect-class.ts";
import type { ModelProvider, ModelRequest, ResolvedMessage } from "../../../contract/model.ts";
import { digestOf } from "../../../core/digest.ts";
import type { WaitRequest } from "../../../contract/wait.ts";
import { defineAgent, defineTool, defineWait } from "../../../index.ts";
import type { WorldRequest } from "./world.ts";

export const CLERK = "clerk";
export const REVIEWED = "reviewed";

/** How a worker reaches the world. Rejects when it is not there. */
export type TellWorld = (request: WorldRequest) => Promise<void>;

export function worldAt(url: string): TellWorld {
  return async (request) => {
    const response = await fetch(url, { method: "POST", body: JSON.stringify(request) });
    await response.text();
  };
}

/** The agents, and the provider that their model is of. */
export function createClerk(tell: TellWorld, limits: Partial<AgentLimits> = {}) {
  const tools = [
    clerkTool(tell, "look", "read"),
    clerkTool(tell, "pay", "financial", "never"),
    clerkTool(tell, "refund", "financial"),
    clerkWait("nap", (what, now) => ({ kind: "timer", at: now + Number(what) })),
    clerkWait("hear", (what, now) => {
      return { kind: "event", topic: "told", key: what, deadlineAt: now + 60_000 };
    }),
    clerkWait("expect", (key, now) => {
      return { kind: "event", topic: "told", key, deadlineAt: now + 60_000, background: true };
    }),
    clerkWait("doze", (ms, now) => ({ kind: "timer", at: now + Number(ms), background: true })),
  ];
  const agent = defineAgent({
    name: CLERK,
    instructions: "You are a clerk.",
    model: { provider: "obedient", model: "m-1" },
    tools,
    limits,
  });
  /** The same, and a person releases what it answers. */
  const reviewed: AgentDefinition = { ...agent, name: REVIEWED, review: "always" };
  return { agent, reviewed, providers: { obedient: obedientModel(tell) } };
}

function clerkTool(
  tell: TellWorld,
  name: string,
  effect: EffectClass,
  approval: "default" | "never" = "default",
) {
  return defineTool({
    name,
    description: `Does ${name}.`,
    input: z.strictObject({ what: z.string() }),
    output: z.string(),
    effect,
    // The world's ledger honours keys.
    idempotency: effect === "read" ? "none" : "honoured",
    approval,
    async execute({ what }, { taskId, idempotencyKey }) {
      await tell({ at: `${name} ${what} before`, taskId });
      if (effect !== "read") await tell({ effect: `${name} ${what}`, taskId, key: idempotencyKey });
      await tell({ at: `${name} ${what} after`, taskId });
      return `${name} ${what}: ok`;
    },
  });
}

/**
 * `nap 200` waits so many milliseconds, `hear x` for an event of this key; `doze 200` and `expect x`
 * do so in the background.
 */
function clerkWait(name: string, wait: (what: string, now: number) => WaitRequest) {
  return defineWait({
    name,
    description: `Waits for ${name}.`,
    input: z.strictObject({ what: z.string() }),
    wait: ({ what }, { now }) => wait(what, now),
  });
}

/**
 * A message is the task id, a line break and `<step> | <step>`, and the model's n-th answer to it is the n-th step:
 * tool calls such as `look a, pay 5`, or words, of which `*` stands for all results so far.
 */
function obedientModel(tell: TellWorld): ModelProvider {
  return {
    async call(request) {
      const order = request.messages.findLastIndex(isOrder);
      const [taskId = "", plan = ""] = textOf(request.messages[order]).split("\n");
      const isAnswer = ({ role }: ResolvedMessage): boolean => role === "assistant";
      const done = request.messages.slice(order).filter(isAnswer).length;
      await tell({ at: `model ${request.messages.filter(isAnswer).length + 1}.`, taskId });
      return answer(request, plan.split(" | ")[done] ?? "nothing more");
    },
  };
}

/** And not the runtime's word of what has come. */
function isOrder(message: ResolvedMessage): boolean {
  return message.role === "user" && !textOf(message).startsWith("[runtime, ");
}

function textOf(message: ResolvedMessage | undefined): string {
  const part = message?.role === "user" ? message.parts[0] : undefined;
  return part?.type === "text" ? part.text : "";
}

function answer(request: ModelRequest, step: string) {
  const wanted = step.split(", ").map((call) => call.split(" "));
  const isCall = wanted.every(([tool]) => request.tools.some(({ name }) => name === tool));
  const results = request.messages.flatMap((each) => (each.role === "tool" ? [each.text] : []));
  const calls = wanted.map(([name = "", what = ""], index) => ({
    callId: `call-${index}`,
    name,
    arguments: JSON.stringify({ what }),
  }));
  return {
    kind: "answered" as const,
    ...(isCall
      ? { calls, finish: "tool-calls" as const }
      : { text: step.replace("*", results.join("; ")), calls: [], finish: "stop" as const }),
    usage: { inputTokens: 10, outputTokens: 2 },
    model: request.model,
    response: JSON.stringify({ step }),
    requestDigest: digestOf(request),
  };
}
