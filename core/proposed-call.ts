// Owns finding in the task log what a call is made with, and what was captured of it when a
// person was asked: the head has the positions only.
import type { EditedCall } from "../contract/approval.ts";
import type { StoredText } from "../contract/artifact.ts";
import type { TaskEvent } from "../contract/event.ts";
import type { ToolRequest } from "../contract/tool.ts";
import { fingerprintIn } from "./approval/captured-change.ts";

/** The arguments that the event at an operation's `answerSeq` holds, whoever wrote them. */
export function argumentsIn(event: TaskEvent | undefined, ordinal: number): StoredText | undefined {
  if (event?.type === "model.answered") return event.data.answer.calls[ordinal]?.arguments;
  return editIn(event)?.arguments;
}

/** What a person put in the place of the proposed arguments. */
export function editIn(event: TaskEvent | undefined): EditedCall | undefined {
  return event?.type === "approval.decided" || event?.type === "approval.recorded"
    ? event.data.edited
    : undefined;
}

/** What must be so still when an approved call is executed (R37, R38). */
export function capturedIn(
  requested: TaskEvent | undefined,
  edited: TaskEvent | undefined,
): Pick<ToolRequest, "toolVersion" | "precondition" | "preconditionValue"> {
  if (requested?.type !== "approval.requested") throw new Error("the log has no request there");
  const { toolVersion } = requested.data;
  // Of an edit all is taken from it: what it does not say is not so.
  return { toolVersion, ...fingerprintIn(editIn(edited) ?? requested.data) };
}
