// Owns the form in which a tool's own wait travels: checked, or a failure that says that the tool
// ran all the same.
import type { ToolError } from "../../contract/tool.ts";
import type { WaitContext, Waiting, WaitRequest } from "../../contract/wait.ts";
import { MAX_WAIT_MS } from "../../contract/wait.ts";
import { waitProblem } from "../../core/wait/wait-problem.ts";
import { type WaitFor, waitFor } from "../../tools/wait-for.ts";
import { errorBody } from "./error-body.ts";
import type { ToolHost } from "./tool-host.ts";

function contextOf({ now }: ToolHost): WaitContext {
  return { now: now(), maxWaitMs: MAX_WAIT_MS };
}

/** The wait with its request as a value, whatever the author has made of it. */
export function readWait(host: ToolHost, { request }: WaitFor): WaitFor {
  if (typeof request !== "function") return waitFor(request);
  try {
    return waitFor(request(contextOf(host)));
  } catch {
    // It is no wait, and is told to be none.
    return waitFor(undefined as unknown as WaitRequest);
  }
}

/** Of a wait that was read. Never rejects: the effect has happened. */
export function settleWait(host: ToolHost, { request }: WaitFor): Waiting | ToolError {
  const wait = request as WaitRequest;
  const problem =
    host.tool.compensate === undefined
      ? waitProblem(wait, contextOf(host))
      : "A tool that can be undone cannot wait.";
  if (problem === undefined) return { outcome: "waiting", wait };
  return errorBody("invalid_wait", `The tool ran, but its wait cannot be used. ${problem}`);
}
