// Owns the scenarios about people who release an answer before its turn completes, run in memory and
// on a server as those of scenarios.ts.
import { z } from "zod";
import type { AgentSpec, AppOptions } from "../../index.ts";
import { defineAgent, defineTool } from "../../index.ts";
import type { Decision, TaskClient } from "../../testing/task-client.ts";
import type { Scenario } from "./scenarios.ts";

/** What an app must be given for these. */
export const REVIEW_RULES: NonNullable<AppOptions["approvals"]> = {
  byTool: { "holdfast.review": { deciders: ["ada", "bob"] } },
};

const post = defineTool({
  name: "mail",
  description: "Posts a letter.",
  input: z.strictObject({}),
  output: z.string(),
  effect: "communication",
  approval: "never",
  execute: () => "posted",
});

const close = defineTool({ ...post, name: "conclude", endsTask: true, execute: () => "closed" });

type Spec = Pick<AgentSpec<unknown>, "review"> & Partial<AgentSpec<unknown>>;

function agentOf(name: string, spec: Spec) {
  const model = { provider: name, model: "m" };
  return defineAgent({ name, instructions: "Write.", model, tools: [post, close], ...spec });
}

const posts = { calls: [{ tool: "mail", arguments: {} }] };
const closes = { calls: [{ tool: "conclude", arguments: {} }] };

const via = "decide";
const approve: Decision = { decision: "approve", by: "ada", via };

/** Makes each of these decisions at a review of its own, and waits for this end. */
function decides(end: "idle" | "completed", ...decisions: readonly Decision[]) {
  return async (task: TaskClient): Promise<void> => {
    await task.start("Write.", { owner: "owen" });
    for (const decision of decisions) {
      await task.until("waiting-approval");
      const before = (await task.events()).length;
      await task.decide(decision).catch(() => undefined);
      while ((await task.events()).length === before);
    }
    await task.until(end);
  };
}

const output = z.strictObject({ said: z.string() });

export const REVIEW_SCENARIOS: readonly Scenario[] = [
  {
    name: "an answer after an effect, released as it is",
    agent: agentOf("reviewed", { review: {} }),
    script: [posts, "Posted."],
    play: decides("idle", approve),
  },
  {
    name: "an answer without an effect, which nobody reviews",
    agent: agentOf("unreviewed", { review: {} }),
    script: ["Nothing to post."],
    play: decides("idle"),
  },
  {
    name: "an answer that is rejected, and the next one, which a person has rewritten",
    agent: agentOf("rewritten", { review: "always" }),
    script: ["Bad.", "Better."],
    play: decides(
      "idle",
      { decision: "reject", by: "ada", message: "Say more.", via },
      { decision: "edit", by: "bob", arguments: { text: "Best." } },
    ),
  },
  {
    name: "a structured answer that somebody asks about and rewrites",
    agent: agentOf("structured-review", { review: "always", output, oneShot: true }),
    script: ['{ "said": "yes" }'],
    play: decides(
      "completed",
      { decision: "ask", by: "ada", question: "Are you sure?" },
      { decision: "edit", by: "ada", arguments: { json: { said: "no" } } },
    ),
  },
  {
    name: "the result of the tool that ends the task, rejected once",
    agent: agentOf("closed", { review: {} }),
    script: [closes, posts, closes],
    play: decides("completed", { decision: "reject", by: "ada", via }, approve),
  },
  {
    name: "a message while the answer waits",
    agent: agentOf("steered-review", { review: "always" }),
    script: ["One.", "Two."],
    play: async (task) => {
      await task.start("Write.", { owner: "owen" });
      await task.until("waiting-approval");
      await task.send("And two.", { messageId: "m-2" });
      while ((await task.events()).filter(isOpened).length < 2);
      await task.until("waiting-approval");
      await task.decide(approve);
      await task.until("idle");
    },
  },
  {
    name: "a pause while the answer waits, under which it is approved",
    agent: agentOf("paused-review", { review: "always" }),
    script: ["Done."],
    play: async (task) => {
      await task.start("Write.", { owner: "owen" });
      await task.until("waiting-approval");
      await task.control({ verb: "pause", by: "oona", reason: "wait" });
      await task.until("paused");
      await task.decide(approve);
      while ((await task.events()).filter(({ type }) => type === "review.noticed").length < 2);
      await task.control({ verb: "resume", by: "oona", reason: "go on" });
      await task.until("idle");
    },
  },
  {
    name: "a cancellation while the answer waits",
    agent: agentOf("cancelled-review", { review: "always" }),
    script: ["Done."],
    play: async (task) => {
      await task.start("Write.", { owner: "owen" });
      await task.until("waiting-approval");
      await task.cancel({ by: "owen", reason: "not needed" });
      await task.until("cancelled");
    },
  },
];

function isOpened(event: Awaited<ReturnType<TaskClient["events"]>>[number]): boolean {
  return event.type === "review.noticed" && event.data.notice.type === "opened";
}
