// Owns the scenarios that are run in memory and on a server, to see that both write the same
// task log: an agent, what its model says, and what is done to the task from outside.
import { z } from "zod";
import type { AgentDefinition } from "../../contract/agent.ts";
import type { AgentSpec } from "../../index.ts";
import { defineAgent, defineTool, toolFailure } from "../../index.ts";
import type { ScriptStep } from "../../testing/scripted-model.ts";
import type { TaskClient } from "../../testing/task-client.ts";

export interface Scenario {
  readonly name: string;
  /** Its model is of the provider that has the agent's name. */
  readonly agent: AgentDefinition;
  /** Made anew for each run. */
  readonly script: readonly ScriptStep[];
  /** The agents that it delegates to, and they in turn. */
  readonly children?: readonly Pick<Scenario, "agent" | "script">[];
  /** Plays the people around the task; `asked` is how many requests the model has got. */
  play(
    task: TaskClient,
    asked: () => number,
    taskAt: (agent: string, taskId: string) => TaskClient,
  ): Promise<unknown>;
}

const input = z.object({ city: z.string() });

const weather = defineTool({
  name: "weather",
  description: "Tells the weather.",
  input,
  output: z.string(),
  effect: "read",
  execute: ({ city }) => {
    if (city === "Atlantis") throw toolFailure("no_such_city", "Name a city that exists.");
    if (city === "Babel") throw new TypeError("nobody understands");
    return `sunny in ${city}`;
  },
  retry: { maxAttempts: 2, initialIntervalMs: 1, maxIntervalMs: 1 },
});

const pay = defineTool({
  name: "pay",
  version: "3",
  description: "Pays.",
  input: z.object({ cents: z.int() }),
  output: z.object({ receipt: z.string() }),
  effect: "financial",
  execute: ({ cents }) => ({ receipt: `RF-${cents}` }),
});

const close = defineTool({
  name: "close",
  description: "Closes the case.",
  input: z.object({}),
  output: z.string(),
  effect: "reversible",
  approval: "never",
  endsTask: true,
  execute: () => "closed",
  compensate: () => ({ outcome: "undone" }),
});

const ponder = defineTool({
  name: "ponder",
  description: "Takes its time.",
  input: z.object({}),
  output: z.string(),
  effect: "read",
  execute: (_, { signal }) =>
    new Promise((__, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    }),
});

const post = defineTool({
  ...ponder,
  name: "post",
  description: "Posts a letter, in its time.",
  effect: "communication",
  approval: "never",
});

const rain = (city: string) => ({ tool: "weather", arguments: { city } });
const payment = { tool: "pay", arguments: { cents: 4200 } };

function agentOf(name: string, more: Partial<AgentSpec<unknown>> = {}): AgentDefinition {
  return defineAgent({
    name,
    instructions: `You are ${name}.`,
    model: { provider: name, model: "m" },
    tools: [weather, pay, close, ponder, post],
    ...more,
  });
}

async function asks(task: TaskClient): Promise<void> {
  await task.start("Go.");
  await task.until(["idle", "failed", "completed"]);
}

/** Decides once the proposal is there, and waits for the turn's end. */
function decides(...decisions: readonly Parameters<TaskClient["decide"]>[0][]) {
  return async (task: TaskClient): Promise<void> => {
    await task.start("Pay.");
    for (const decision of decisions) {
      await task.until("waiting-approval");
      const { operations } = await task.status();
      const before = operations.map((each) => each.proposal?.awakeableId);
      await task.decide(decision);
      // A decision that counts for nothing opens another awakeable.
      await sees(task, ({ operations: now }) =>
        now.every((each) => !before.includes(each.proposal?.awakeableId)),
      );
    }
    await task.until("idle");
  };
}

async function sees(
  task: TaskClient,
  holds: (status: Awaited<ReturnType<TaskClient["status"]>>) => boolean,
): Promise<void> {
  while (!holds(await task.status()));
}

async function waitFor(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

const answer = z.object({ city: z.string(), degrees: z.number() });
const approve = { decision: "approve", by: "ada" } as const;
const reject = { decision: "reject", by: "ada", message: "Too much." } as const;

export const SCENARIOS: readonly Scenario[] = [
  { name: "a plain answer", agent: agentOf("plain"), script: ["Hello."], play: asks },
  {
    name: "two turns",
    agent: agentOf("turns"),
    script: ["One.", "Two."],
    play: async (task) => {
      await task.ask("First.", { messageId: "first", from: "ada" });
      await task.ask("Second.", { messageId: "second", from: "ada" });
      await task.ask("Second.", { messageId: "second", from: "ada" });
    },
  },
  {
    name: "a tool loop",
    agent: agentOf("loop"),
    script: [
      { calls: [rain("Bonn")], text: "I look." },
      { calls: [rain("Oslo")] },
      { calls: [rain("Atlantis")] },
      { calls: [rain("Babel")] },
      "All looked up.",
    ],
    play: asks,
  },
  {
    name: "parallel tools",
    agent: agentOf("parallel"),
    script: [{ calls: [rain("Bonn"), rain("Atlantis"), rain("Oslo")] }, "Sunny."],
    play: asks,
  },
  {
    name: "an approval beside a read",
    agent: agentOf("approved"),
    script: [{ calls: [payment, rain("Bonn")] }, "Paid."],
    play: decides(approve),
  },
  {
    name: "a rejected approval, after decisions that do not count",
    agent: agentOf("rejected"),
    script: [{ calls: [payment] }, "Not paid."],
    play: decides({ ...approve, digest: "0".repeat(64) }, { ...approve, digest: "?" }, reject),
  },
  {
    name: "unusable answers, and a turn that goes on after them",
    agent: agentOf("unusable"),
    script: [
      { refusal: "No." },
      {
        calls: [
          { tool: "weather", arguments: "{" },
          { tool: "fly", arguments: {} },
        ],
      },
      { truncated: "Well, it is" },
      "Sunny.",
    ],
    play: async (task) => {
      await task.start("Go.");
      await task.until("failed");
      await task.ask("Again.", { messageId: "again" });
    },
  },
  {
    name: "usable and unusable calls in one answer, ids that repeat, a loop",
    agent: agentOf("mixed", { limits: { maxRepeatedCalls: 2, maxCallsPerAnswer: 3 } }),
    script: [
      {
        calls: [
          { ...rain("Bonn"), id: "a" },
          { ...rain("Bonn"), id: "a" },
          { ...rain("Oslo"), id: "a" },
          { ...rain("Rome"), id: "b" },
        ],
      },
      { calls: [rain("Bonn")] },
    ],
    play: asks,
  },
  {
    name: "a provider that says later, within a segment and beyond it",
    agent: agentOf("later", { limits: { maxProviderWaitMs: 100 } }),
    script: [
      { failure: "rate_limited", retryAfterMs: 20 },
      { failure: "rate_limited", retryAfterMs: 60 },
      { failure: "rate_limited", retryAfterMs: 30 },
      "Now.",
    ],
    play: asks,
  },
  {
    name: "a provider that refuses for good",
    agent: agentOf("refused"),
    script: [{ failure: "context_overflow" }, "Better."],
    play: async (task) => {
      await task.start("Go.");
      await task.until("failed");
      await task.ask("Again.", { messageId: "again" });
    },
  },
  {
    name: "a tool that ends the task",
    agent: agentOf("ending"),
    script: [{ calls: [{ tool: "close", arguments: {} }, rain("Bonn")] }],
    play: asks,
  },
  {
    name: "one-shot, with structured output that is right at the second try",
    agent: agentOf("structured", { output: answer, oneShot: true }),
    script: ["It is warm.", '{"city":"Bonn","degrees":21}'],
    play: asks,
  },
  {
    name: "a step limit, and segments that are full",
    agent: agentOf("bounded", { limits: { maxSteps: 5, maxSegmentSteps: 2 } }),
    script: ["Bonn", "Oslo", "Rome", "Wien", "Bern"].map((city) => ({ calls: [rain(city)] })),
    play: asks,
  },
  {
    name: "cancelled while an approval waits",
    agent: agentOf("cancelled"),
    script: [{ calls: [payment] }],
    play: async (task) => {
      await task.start("Pay.");
      await task.until("waiting-approval");
      await task.cancel({ by: "ada", reason: "changed her mind" });
      await task.until("cancelled");
    },
  },
  {
    name: "cancelled while tools are running",
    agent: agentOf("stopped"),
    script: [{ calls: ["ponder", "post"].map((tool) => ({ tool, arguments: {} })) }],
    play: async (task) => {
      await task.start("Think.");
      await sees(task, ({ operations: [first] }) => first?.state === "issued");
      await task.cancel({ reason: "not wanted" });
      await task.until("cancelled");
    },
  },
  {
    name: "cancelled while the model is thinking",
    agent: agentOf("silenced"),
    script: [{ hangs: true }],
    play: async (task, asked) => {
      await task.start("Think.");
      await waitFor(() => asked() > 0);
      await task.cancel({ reason: "not wanted" });
      await task.until("cancelled");
    },
  },
];
