// Owns a family in memory for tests: a boss that delegates to a helper, what their models say, and
// what is to be seen of them.
import type { AnyTool } from "../../contract/tool.ts";
import type { AgentSpec } from "../../index.ts";
import { defineAgent, delegate, sleep } from "../../index.ts";
import type { InMemoryTask, ScriptStep } from "../../testing/index.ts";
import { runInMemory, scriptedModel } from "../../testing/index.ts";
import type { TaskClient } from "../../testing/task-client.ts";

type Spec = Partial<AgentSpec<unknown>>;

export function agentOf(name: string, tools: readonly AnyTool[] = [], more: Spec = {}) {
  const model = { provider: name, model: "m" };
  return defineAgent({ name, instructions: `You are ${name}.`, model, tools, ...more });
}

export const give = (message: string, more: object = {}) => ({
  tool: "delegate",
  arguments: { agent: "helper", message, ...more },
});
export const nap = (seconds: number) => ({ tool: "sleep", arguments: { seconds } });

export interface Family {
  readonly boss: readonly ScriptStep[];
  readonly helper: readonly ScriptStep[];
  readonly bossIs?: Spec;
  readonly helperIs?: Spec;
  readonly tool?: AnyTool;
}

export function family({ boss, helper, bossIs, helperIs, tool }: Family) {
  const child = agentOf("helper", [sleep], helperIs);
  const parent = agentOf("boss", [tool ?? delegate({ agents: [child] }), sleep], bossIs);
  const models = { boss: scriptedModel(boss), helper: scriptedModel(helper) };
  return { models, task: runInMemory({ agent: parent, children: [child], providers: models }) };
}

/** What the parent's model reads as the results of its calls. */
export function resultsIn({
  models,
}: Pick<ReturnType<typeof family>, "models">): readonly string[] {
  const { messages } = models.boss.requests().at(-1) ?? { messages: [] };
  return messages.flatMap((each) => (each.role === "tool" ? [each.text] : []));
}

export function childrenOf(log: Awaited<ReturnType<TaskClient["events"]>>): readonly string[] {
  return log.flatMap((each) => (each.type === "child.started" ? [each.data.taskId] : []));
}

export async function onlyChild(task: InMemoryTask): Promise<TaskClient> {
  const [taskId = ""] = childrenOf(await task.events());
  return task.child("helper", taskId);
}
