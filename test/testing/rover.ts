// Owns an agent without a plan (R24): at each of 30 steps it picks one of 20 tools by all that its
// tools have returned so far, and twice another agent, which has an agent of its own; once it goes on
// meanwhile. Whoever resumes it with anything but the same conversation picks otherwise.
import { z } from "zod";
import type { ModelProvider, ModelRequest, ResolvedMessage } from "../../contract/model.ts";
import type { AnyTool } from "../../contract/tool.ts";
import { sha256 } from "../../core/digest.ts";
import { defineAgent, defineTool, delegate, waitForOperations } from "../../index.ts";
import { asksFor, says, scriptedModel } from "../agent/support/scripted-model.ts";

const TOOLS = 20;
export const STEPS = { rover: 30, scout: 5, leaf: 3 } as const;

type Agent = keyof typeof STEPS;

/** What a tool that changes something tells the world; once per key. */
export type Effect = (effect: { key: string; taskId: string; tool: string; n: number }) => void;

/** Every other tool changes something, on a side that honours keys. */
function toolsWith(act: Effect): readonly AnyTool[] {
  return Array.from({ length: TOOLS }, (_, index) => {
    const name = `tool_${index}`;
    const reads = index % 2 === 0;
    return defineTool({
      name,
      description: `Does thing ${index}.`,
      input: z.strictObject({ n: z.int() }),
      output: z.string(),
      effect: reads ? "read" : "communication",
      approval: "never",
      idempotency: reads ? "none" : "honoured",
      execute: ({ n }, { idempotencyKey: key, taskId }) => {
        if (!reads) act({ key, taskId, tool: name, n });
        return `found ${sha256(`${name} ${n}`).slice(0, 8)}`;
      },
    });
  });
}

/** The agents, each with a model that is a function of the conversation alone. */
export function roverAgents(act: Effect) {
  const tools = toolsWith(act);
  const base = (name: Agent) => ({
    name,
    instructions: `You are ${name}.`,
    model: { provider: "rover", model: name },
  });
  const leaf = defineAgent({ ...base("leaf"), tools });
  const scout = defineAgent({ ...base("scout"), tools: [...tools, delegate({ agents: [leaf] })] });
  const rover = defineAgent({
    ...base("rover"),
    tools: [...tools, delegate({ agents: [scout] }), waitForOperations],
  });
  return { rover, scout, leaf };
}

/** Where an agent gives work away, by the number of its answers before. */
const GIVES: Readonly<Record<Agent, Readonly<Record<number, object>>>> = {
  rover: {
    10: { agent: "scout", message: "Go north." },
    20: { agent: "scout", message: "Go south.", background: true },
  },
  scout: { 2: { agent: "leaf", message: "Look closely." } },
  leaf: {},
};

export const roverModel: ModelProvider = scriptedModel((request) => {
  const agent = request.model as Agent;
  const answers = request.messages.filter(({ role }) => role === "assistant").length;
  const given = GIVES[agent][answers];
  if (given !== undefined) return asksFor(["delegate", given]);
  const path = pathOf(request);
  const picks = answers - Object.keys(GIVES[agent]).filter((at) => Number(at) < answers).length;
  if (picks < STEPS[agent]) {
    const seed = sha256(JSON.stringify([agent, path]));
    const [tool, n] = [seed.slice(0, 8), seed.slice(8, 16)].map((each) =>
      Number.parseInt(each, 16),
    );
    return asksFor([`tool_${(tool ?? 0) % TOOLS}`, { n }]);
  }
  if (agent === "rover" && picks === STEPS.rover)
    return asksFor(["wait_for_operations", { until: "all", deadline_seconds: 600 }]);
  return says(sha256(JSON.stringify([path, ...broughtIn(request)])));
});

/** What tools and children have returned, without what names a task or a time. */
function pathOf({ messages }: ModelRequest): readonly string[] {
  return messages.flatMap((each) => {
    if (each.role !== "tool") return [];
    if (!each.text.startsWith("{")) return [each.text];
    const answer = answerIn(each.text);
    return answer === undefined ? [] : [answer];
  });
}

/** What has come of the background: each once. */
function broughtIn({ messages }: ModelRequest): readonly string[] {
  return messages.flatMap((each) => {
    const [said, result = ""] = textOf(each)?.split("\n") ?? [];
    return said?.startsWith("[runtime, ") === true ? [answerIn(result) ?? result] : [];
  });
}

function textOf(message: ResolvedMessage): string | undefined {
  if (message.role !== "user") return undefined;
  return message.parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}

function answerIn(result: string): string | undefined {
  return (JSON.parse(result) as { readonly answer?: string }).answer;
}

/** The names of what a model has picked, in order. */
export function picksIn(
  log: readonly { readonly type: string; readonly data: object }[],
): readonly string[] {
  return log.flatMap(({ type, data }) => {
    if (type !== "model.answered") return [];
    const { answer } = data as { answer: { calls: readonly { readonly name: string }[] } };
    return answer.calls.map(({ name }) => name);
  });
}
