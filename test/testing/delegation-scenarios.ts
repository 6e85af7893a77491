// Owns the scenarios of child tasks that are run in memory and on a server, to see that parent and
// children write the same task logs.
import { z } from "zod";
import type { AgentDefinition } from "../../contract/agent.ts";
import type { AnyTool } from "../../contract/tool.ts";
import type { AgentSpec } from "../../index.ts";
import { defineAgent, delegate, sleep } from "../../index.ts";
import type { TaskClient } from "../../testing/task-client.ts";
import type { Scenario } from "./scenarios.ts";

function agentOf(
  name: string,
  tools: readonly AnyTool[] = [],
  more: Partial<AgentSpec<unknown>> = {},
): AgentDefinition {
  const model = { provider: name, model: "m" };
  return defineAgent({ name, instructions: `You are ${name}.`, model, tools, ...more });
}

const give = (agent: string, more: object = {}) => ({
  tool: "delegate",
  arguments: { agent, message: `Do it, ${agent}.`, ...more },
});

const leaf = agentOf("leaf-of-logs", [], { output: z.object({ sum: z.number() }) });
const middle = agentOf("middle-of-logs", [delegate({ agents: [leaf] })]);
const failing = agentOf("fails-in-logs");
const asleep = agentOf("sleeps-in-logs", [sleep]);
const follows = agentOf("follows-in-logs", [sleep]);
const keyed = agentOf("keyed-in-logs");

async function goes(task: TaskClient): Promise<void> {
  await task.start("Go.", { owner: "ann" });
  await task.until("idle");
}

export const DELEGATION_SCENARIOS: readonly Scenario[] = [
  {
    name: "a child that has a child",
    agent: agentOf("top-of-logs", [delegate({ agents: [middle] })]),
    script: [{ calls: [give(middle.name)] }, "Done."],
    children: [
      { agent: middle, script: [{ calls: [give(leaf.name)] }, "It is 4."] },
      { agent: leaf, script: ['{"sum":4}'] },
    ],
    play: goes,
  },
  {
    name: "a child that fails, and one that is late",
    agent: agentOf("told-in-logs", [delegate({ agents: [failing, asleep] })]),
    script: [
      { calls: [give(failing.name)] },
      { calls: [give(asleep.name, { deadline_seconds: 1 })] },
      "I see.",
    ],
    children: [
      { agent: failing, script: [{ failure: "context_overflow" }] },
      { agent: asleep, script: [{ calls: [{ tool: "sleep", arguments: { seconds: 600 } }] }] },
    ],
    play: async (task) => {
      await goes(task);
      while ((await task.until("idle")).children !== undefined);
    },
  },
  {
    name: "a child that is held, bounded and resumed with its parent",
    agent: agentOf("leads-in-logs", [delegate({ agents: [follows] })]),
    script: [{ calls: [give(follows.name)] }],
    children: [
      { agent: follows, script: [{ calls: [{ tool: "sleep", arguments: { seconds: 600 } }] }] },
    ],
    play: async (task, _, taskAt) => {
      const said = { reason: "let me look", by: "olga" };
      const grants = [{ tool: "delegate" }, { tool: "sleep" }];
      await task.start("Go.", { owner: "ann", grants });
      await task.until("waiting-child");
      const started = (await task.events()).find(({ type }) => type === "child.started");
      if (started?.type !== "child.started") throw new Error("no child was started");
      const child = taskAt(started.data.agent, started.data.taskId);
      await child.until("waiting-timer");
      await task.control({ verb: "quarantine", ...said });
      await child.until("quarantined");
      await task.grant({ grants: [{ tool: "delegate" }], ...said });
      while (!(await child.events()).some(({ type }) => type === "grants.changed"));
      await task.control({ verb: "resume", ...said });
      await child.until("waiting-timer");
      await task.until("waiting-child");
      await task.cancel({ by: "ann", reason: "enough" });
      await task.until("cancelled");
    },
  },
  {
    name: "a child that is messaged twice, and ends with its parent",
    agent: agentOf("talks-in-logs", [delegate({ agents: [keyed] })]),
    script: [
      { calls: [give(keyed.name, { key: "k" })] },
      { calls: [give(keyed.name, { key: "k" })] },
      "Done.",
    ],
    children: [{ agent: keyed, script: ["One.", "Two."] }],
    play: async (task) => {
      await goes(task);
      await task.cancel({ by: "ann", reason: "enough" });
      await task.until("cancelled");
    },
  },
];
