// Owns the commands that a parent sends to a child's `apply`: its message, which makes the child
// where there is none, and the word to end. Sent again they do nothing more.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { StoredText } from "../../contract/artifact.ts";
import type { Command } from "../../contract/command.ts";
import { COMMAND_VERSION } from "../../contract/command.ts";
import type { NamedGrant } from "../../contract/grant.ts";
import { digestOf } from "../digest.ts";
import type { TaskHead } from "../task-head.ts";
import { budgetParentOf } from "../transition/budget.ts";
import { askedBy, parentOf } from "../transition/child.ts";
import type { ChildPart } from "../wait/wait-part.ts";
import type { ChildOperation } from "./children.ts";

export type StartChild = Extract<Command, { type: "start" }>;
export type LeaveChild =
  | Extract<Command, { type: "cancel" }>
  | (Pick<Command, "v"> & {
      readonly type: "retire";
      readonly reason: string;
      readonly by: string;
    });

/** `within` is what the parent may do; undefined where that has no bounds. */
export function startChild(
  head: TaskHead,
  operation: ChildOperation,
  {
    agent,
    message,
    within,
  }: {
    readonly agent: Pick<AgentDefinition, "limits">;
    readonly message: StoredText;
    readonly within: readonly NamedGrant[] | undefined;
  },
): StartChild {
  const { owner, escalation, tenant } = head;
  return {
    v: COMMAND_VERSION,
    type: "start",
    messageId: operation.operationId,
    parts: [{ type: "text", body: message }],
    digest: digestOf({ message, parent: head.agent }),
    // Each call is a turn of its own, and has its own answer.
    mode: "queue",
    asked: askedBy(head),
    parent: parentOf(head, operation, agent),
    budgetParent: budgetParentOf(head),
    ...(owner === undefined ? {} : { owner }),
    ...(escalation === undefined ? {} : { escalation }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(within === undefined ? {} : { within }),
  };
}

const SAID = { reason: "its parent task does not wait for it any more", by: "parent" } as const;

export function leaveChild({
  by,
  compensate,
}: Omit<NonNullable<ChildPart["left"]>, "until">): LeaveChild {
  if (by === "retire") return { v: COMMAND_VERSION, type: "retire", ...SAID };
  const more = compensate === undefined ? {} : { compensate };
  return { v: COMMAND_VERSION, type: "cancel", ...SAID, ...more };
}
