// Owns a boss in memory whose model has operations in the background: its tools, short ways to write what
// its model says, and what is to be read in what it is asked.
import { z } from "zod";
import type { AnyTool } from "../../contract/tool.ts";
import {
  askHuman,
  cancelOperation,
  defineAgent,
  defineTool,
  delegate,
  listOperations,
  sleep,
  waitFor,
  waitForEvent,
  waitForOperations,
} from "../../index.ts";
import type { AgentSpec } from "../../index.ts";
import type { InMemoryTask, ScriptedAnswer, ScriptStep, SeenRequest } from "../../testing/index.ts";
import { runInMemory, scriptedModel } from "../../testing/index.ts";
import type { TaskClient } from "../../testing/task-client.ts";

const look = defineTool({
  name: "look",
  description: "Looks.",
  input: z.object({ n: z.int() }),
  output: z.string(),
  effect: "read",
  execute: ({ n }) => `seen ${n}`,
});

const submit = defineTool({
  name: "submit_batch",
  description: "Submits a batch.",
  input: z.object({}),
  output: z.string(),
  effect: "communication",
  approval: "never",
  execute: () =>
    waitFor(({ now }) => ({
      kind: "event",
      topic: "batch.done",
      key: "1",
      deadlineAt: now + 60_000,
      background: true,
    })),
});

interface Spec {
  readonly helper?: readonly ScriptStep[];
  readonly more?: Partial<AgentSpec<unknown>>;
}

export function runs(script: readonly ScriptStep[], { helper = [], more = {} }: Spec = {}) {
  const model = scriptedModel(script);
  const base = { instructions: "You work.", model: { provider: "boss", model: "m" } };
  const child = defineAgent({
    ...base,
    name: "helper",
    model: { provider: "helper", model: "m" },
    tools: [sleep],
  });
  const tools: readonly AnyTool[] = [
    sleep,
    waitForEvent,
    askHuman,
    delegate({ agents: [child] }),
    listOperations,
    waitForOperations,
    cancelOperation,
    look,
    submit,
  ];
  const agent = defineAgent({ ...base, name: "boss", tools, ...more });
  const providers = { boss: model, helper: scriptedModel(helper) };
  return { model, task: runInMemory({ agent, children: [child], providers }) };
}

export const calls = (
  ...asked: readonly (readonly [tool: string, given: object])[]
): ScriptedAnswer => ({
  calls: asked.map(([tool, given]) => ({ tool, arguments: given })),
});
export const nap = (seconds: number) => ["sleep", { seconds, background: true }] as const;
export const paid = (key: string) =>
  ["wait_for_event", { topic: "paid", key, background: true }] as const;
export const give = ["delegate", { agent: "helper", message: "Do it.", background: true }] as const;
export const glance = (n: number) => ["look", { n }] as const;

/** The ids by which the model was told of what it has started, in order. */
export function startedIn({ messages }: SeenRequest): readonly string[] {
  return messages.flatMap((each) => {
    const [, id] = each.role === "tool" ? (/^\{"background":"([^"]+)"/.exec(each.text) ?? []) : [];
    return id === undefined ? [] : [id];
  });
}

/** The messages that are the runtime's word of an end, each as the id and what came. */
export function endsIn({ messages }: Pick<SeenRequest, "messages">) {
  return messages.flatMap((each) => {
    if (each.role !== "user" || !each.text.startsWith("[runtime, ")) return [];
    const [, id] = /The operation (\S+) in the background/.exec(each.text) ?? [];
    return [{ id, text: each.text.slice(each.text.indexOf("\n") + 1) }];
  });
}

export const publish = (
  task: InMemoryTask,
  key: string,
  payload: string | { readonly cents: number } = { cents: 5 },
) => task.publish({ topic: "paid", key, eventId: `e-${key}`, payload });

export async function childOf(task: InMemoryTask): Promise<TaskClient> {
  const made = (await task.events()).find(({ type }) => type === "child.started");
  if (made?.type !== "child.started") throw new Error("no child was started");
  return task.child(made.data.agent, made.data.taskId);
}

export const lastRequest = ({ model }: ReturnType<typeof runs>): SeenRequest => {
  const last = model.requests().at(-1);
  if (last === undefined) throw new Error("the model was not asked");
  return last;
};

export const WAITS = "I wait.";

/** What the model was told of its last call. */
export const toldLast = (request: SeenRequest): string =>
  request.messages.findLast(({ role }) => role === "tool")?.text ?? "";

export const ofLast = (tool: string, given: (ids: readonly string[]) => object): ScriptStep => {
  return (request) => calls([tool, given(startedIn(request))]);
};
