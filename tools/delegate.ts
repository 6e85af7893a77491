// Owns the built-in tool by which a model gives a part of its work to another agent (R24, R82).
import { z } from "zod";
import type { ChildAgent } from "../contract/child.ts";
import { MAX_CHILD_KEY, MAX_CHILD_MESSAGE } from "../contract/child.ts";
import type { ToolDefinition } from "../contract/tool.ts";
import { backgroundArgument, defineWait, inBackground } from "./define-wait.ts";

export interface DelegateSpec {
  /** Whom work may be given to, and nobody else: agents of the app, or of another one. */
  readonly agents: readonly [ChildAgent, ...ChildAgent[]];
  /** Default "delegate"; for an agent with two lists of others. */
  readonly name?: string;
  /** What becomes of a child that has not answered by the deadline. Default "cancel". */
  readonly onTimeout?: "cancel" | "leave-running";
}

interface Delegation {
  readonly agent: string;
  readonly message: string;
  readonly key?: string | undefined;
  readonly deadline_seconds?: number | undefined;
  readonly background?: boolean | undefined;
}

/**
 * Lets the agent have parts of its work done by child tasks of other agents, side by side
 * (docs/delegation.md). A child's answer is the call's result. Throws an Error that names what to
 * change where an agent is listed twice.
 */
export function delegate(spec: DelegateSpec): ToolDefinition<Delegation> {
  const { agents, name = "delegate", onTimeout = "cancel" } = spec;
  const names = agents.map((each) => each.name);
  const twice = names.find((each, index) => names.indexOf(each) !== index);
  if (twice !== undefined) throw new Error(`tool "${name}" lists the agent "${twice}" twice`);
  const list = agents.map((each) => `- ${each.name}${said(each.description)}`);
  const tool = defineWait<Delegation, Delegation>({
    name,
    description: [DESCRIPTION, "The agents are:", ...list].join("\n"),
    input: z.strictObject({
      agent: z.enum(names as [string, ...string[]]).describe("Who does it."),
      message: z.string().trim().min(1).max(MAX_CHILD_MESSAGE).describe(MESSAGE),
      key: z.string().trim().min(1).max(MAX_CHILD_KEY).optional().describe(KEY),
      deadline_seconds: z
        .int()
        .min(1)
        .optional()
        .describe("How long to wait at most, in seconds. Left out: as long as is allowed."),
      background: backgroundArgument,
    }),
    wait: (
      { agent, message, key, deadline_seconds: seconds, background },
      { now, maxWaitMs, childId },
    ) => ({
      kind: "child",
      ...inBackground(background),
      agent,
      taskId: childId?.(agent, key) ?? "",
      message: { text: message },
      deadlineAt: now + (seconds === undefined ? maxWaitMs : seconds * 1_000),
      ...(key === undefined ? {} : { kept: true }),
      ...(onTimeout === "cancel" ? {} : { leaveRunning: true }),
    }),
  });
  const resource = ({ agent }: Delegation): string => `agent/${agent}`;
  return Object.freeze({ ...tool, resource, delegatesTo: Object.freeze(names) });
}

function said(description: string | undefined): string {
  return description === undefined ? "" : `: ${description}`;
}

const DESCRIPTION =
  "Gives a part of the work to another agent and waits for its answer, which is the result. It " +
  "knows nothing of this conversation. Call it several times in one answer to have several parts " +
  "done at once. If it fails, is stopped, or does not answer in time, the result says which " +
  "(child_failed, child_cancelled, child_killed, child_ended, child_timed_out).";
const MESSAGE = "What is to be done, with all that is needed for it.";
const KEY =
  "A name of yours for this child: a later call with the same agent and key sends it another " +
  "message, and it remembers what was before. Left out: it is done with its first answer.";
