// Owns the scenarios about people who decide, run in memory and on a server as those of
// scenarios.ts: by the approval's `decide`, with edits and questions, too late, and on what changed.
import { z } from "zod";
import type { AgentDefinition } from "../../contract/agent.ts";
import type { AnyTool } from "../../contract/tool.ts";
import type { AppOptions } from "../../index.ts";
import { defineAgent, defineTool } from "../../index.ts";
import type { Decision, TaskClient } from "../../testing/task-client.ts";
import type { Scenario } from "./scenarios.ts";

/** What an app must be given for these. */
export const APPROVAL_RULES: NonNullable<AppOptions["approvals"]> = {
  byTool: { hurry: { expiresAfterMs: 1_000 }, both: { quorum: 2 } },
};

function transfer(name: string, more: Partial<Pick<AnyTool, "precondition">> = {}): AnyTool {
  return defineTool({
    name,
    description: "Transfers money.",
    input: z.strictObject({ cents: z.int().max(5_000) }),
    output: z.string(),
    effect: "financial",
    resource: ({ cents }) => `transfer/${cents}`,
    execute: ({ cents }) => `transferred ${cents}`,
    ...more,
  });
}

const looks = new Map<string, number>();

/** The outside state of each task is another one after the first look at it. */
const shifty = transfer("shifty", {
  precondition: (_, { taskUid }) => {
    const look = (looks.get(taskUid) ?? 0) + 1;
    looks.set(taskUid, look);
    return look === 1 ? "as it was" : "as it is";
  },
});

const TOOLS = [transfer("move"), transfer("hurry"), transfer("both"), shifty];

function agentOf(name: string): AgentDefinition {
  const model = { provider: name, model: "m" };
  return defineAgent({ name, instructions: `You are ${name}.`, model, tools: TOOLS });
}

const wants = (tool: string) => ({ calls: [{ tool, arguments: { cents: 4_200 } }] });

/** Makes each of these decisions once the last was taken in, and waits for the end of the turn. */
function decides(...decisions: readonly Decision[]) {
  return async (task: TaskClient): Promise<void> => {
    await task.start("Transfer.", { owner: "owen" });
    for (const decision of decisions) {
      await task.until("waiting-approval");
      const before = (await task.events()).length;
      // What does not count is refused, and in the log.
      await task.decide(decision).catch(() => undefined);
      while ((await task.events()).length === before);
    }
    await task.until("idle");
  };
}

const via = "decide";
const approve = { decision: "approve", by: "ada", via } as const;

export const APPROVAL_SCENARIOS: readonly Scenario[] = [
  {
    name: "an approval by `decide`",
    agent: agentOf("approved-by-decide"),
    script: [wants("move"), "Done."],
    play: decides(approve),
  },
  {
    name: "an edit",
    agent: agentOf("edited"),
    script: [wants("move"), "Done."],
    play: decides({ decision: "edit", by: "ada", arguments: { cents: 7 }, message: "Less." }),
  },
  {
    name: "a question, the owner who may not decide, another digest, and a rejection",
    agent: agentOf("questioned"),
    script: [wants("move"), "Done."],
    play: decides(
      { decision: "ask", by: "ada", question: "Why so much?" },
      { ...approve, by: "owen" },
      { ...approve, digest: "0".repeat(64) },
      { decision: "reject", by: "ada", message: "No.", via },
    ),
  },
  {
    name: "an approval by two, the second of whom edits, so that the first must approve again",
    agent: agentOf("approved-by-two"),
    script: [wants("both"), "Done."],
    play: decides(approve, { decision: "edit", by: "bob", arguments: { cents: 7 } }, approve),
  },
  {
    name: "a claim, one that takes it over, its release, and an approval despite the next",
    agent: agentOf("claimed"),
    script: [wants("move"), "Done."],
    play: async (task) => {
      await task.start("Transfer.", { owner: "owen" });
      await task.until("waiting-approval");
      await task.claim({ by: "ada" });
      await task.claim({ by: "bob" }).catch(() => undefined);
      await task.claim({ by: "owen", takeOver: true }).catch(() => undefined);
      await task.claim({ by: "bob", takeOver: true });
      await task.release({ by: "bob" });
      await task.claim({ by: "cleo" });
      while ((await task.events()).filter(isClaimed).length < 3);
      await task.decide(approve);
      await task.until("idle");
    },
  },
  {
    name: "an approval that nobody gives in time",
    agent: agentOf("expired"),
    script: [wants("hurry"), "Done."],
    play: decides(),
  },
  {
    name: "an approval of what has changed, and one of what it is now",
    agent: agentOf("overtaken"),
    script: [wants("shifty"), "Done."],
    play: async (task) => {
      await task.start("Transfer.");
      for (const request of [1, 2]) {
        while ((await task.events()).filter(isOpened).length < request);
        await task.until(request === 1 ? "waiting-approval" : "stale");
        await task.decide(approve);
      }
      await task.until("idle");
    },
  },
  {
    name: "an approval of what has changed, of a call that the task may not make any more",
    agent: agentOf("disallowed"),
    script: [wants("shifty"), "Done."],
    play: async (task) => {
      await task.start("Transfer.", { owner: "owen" });
      await task.until("waiting-approval");
      await task.grant({ grants: [{ tool: "move" }], reason: "no more of it" });
      while (!(await task.events()).some(({ type }) => type === "grants.changed"));
      await task.decide(approve);
      await task.until("idle");
    },
  },
  {
    name: "a second request in a turn that somebody has steered, who may not approve it",
    agent: agentOf("steered"),
    script: [wants("shifty"), "Done."],
    play: async (task) => {
      const logged = async (type: string, count: number): Promise<void> => {
        while ((await task.events()).filter((each) => each.type === type).length < count);
      };
      await task.start("Transfer.", { owner: "owen" });
      await task.until("waiting-approval");
      await task.send("Do it.", { from: "sid", messageId: "m-2" });
      await logged("message.received", 2);
      await task.decide(approve);
      await logged("approval.opened", 2);
      await task.until("stale");
      await task.decide({ ...approve, by: "sid" }).catch(() => undefined);
      await logged("approval.refused", 1);
      await task.decide(approve);
      await task.until("idle");
    },
  },
  {
    name: "a cancellation while an approval is open",
    agent: agentOf("withdrawn"),
    script: [wants("move")],
    play: async (task) => {
      await task.start("Transfer.");
      await task.until("waiting-approval");
      await task.cancel({ reason: "not wanted", by: "owen" });
      await task.until("cancelled");
    },
  },
];

function isOpened({ type }: { readonly type: string }): boolean {
  return type === "approval.opened";
}

function isClaimed({ type }: { readonly type: string }): boolean {
  return type === "approval.claimed";
}
