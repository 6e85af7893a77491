// Owns what the model of a parent reads of a child's end: the answer, or an error that says which
// task it was and what became of it (R82).
import type { ChildEnd } from "../../contract/child.ts";
import type { TaskStatus } from "../../contract/status.ts";
import { isoTime } from "../../contract/iso-time.ts";
import type { WaitResult } from "../wait/wait-result.ts";
import type { ChildAddress } from "./children.ts";

export type ChildErrorCode =
  | "child_failed"
  | "child_cancelled"
  | "child_killed"
  | "child_ended"
  | "child_timed_out";

/** An answer that is JSON stands in the result as such. */
export function childAnswer(
  { taskId }: ChildAddress,
  { answer = { text: "" }, json }: Extract<ChildEnd, { outcome: "answered" }>,
  now: number,
): WaitResult {
  const mediaType = "application/json";
  if ("artifact" in answer)
    return { result: answer, mediaType: json === true ? mediaType : "text/plain" };
  const said = JSON.stringify({ child: taskId, now: isoTime(now) }).slice(0, -1);
  const body = json === true ? answer.text : JSON.stringify(answer.text);
  return { result: { text: `${said},"answer":${body}}` }, mediaType };
}

export function childError(
  child: ChildAddress,
  end: Exclude<ChildEnd, { outcome: "answered" }>,
): { readonly code: ChildErrorCode; readonly message: string } {
  const who = nameOf(child);
  if (end.outcome === "failed")
    return { code: "child_failed", message: `${who} failed: ${end.code}: ${end.message}` };
  const { status } = end;
  const code = CODES[status];
  if (code !== undefined) return { code, message: `${who} was ${status} before it answered.` };
  const message = `${who} is ${status} and takes no messages any more; use another key.`;
  return { code: "child_ended", message };
}

const CODES: { readonly [S in TaskStatus]?: ChildErrorCode } = {
  cancelling: "child_cancelled",
  cancelled: "child_cancelled",
  retired: "child_cancelled",
  killed: "child_killed",
};

/** `started`: it was at work. */
export function childTimedOut(
  child: ChildAddress,
  dueAt: number,
  { started, goesOn }: { readonly started: boolean; readonly goesOn: boolean },
): { readonly code: ChildErrorCode; readonly message: string } {
  const late = `did not answer by ${isoTime(dueAt)}`;
  const then = goesOn ? "It goes on, and its answer is not waited for." : "It is cancelled.";
  const what = started ? then : "It was not started: others were before it.";
  return { code: "child_timed_out", message: `${nameOf(child)} ${late}. ${what}` };
}

function nameOf({ agent, taskId }: ChildAddress): string {
  return `The child task ${taskId} of the agent ${agent}`;
}
