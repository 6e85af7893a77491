// Owns the word of a tool that its call is not over: it waits for something, and the end of the
// wait is the call's result.
import type { WaitContext, WaitRequest } from "../contract/wait.ts";

// Registered, so that two copies of this package in one process agree.
const BRAND = Symbol.for("holdfast.wait-for");

export interface WaitFor {
  readonly request: WaitRequest | ((context: WaitContext) => WaitRequest);
}

/**
 * For `execute` to return in the place of a result: the task waits for this, without an open
 * invocation, and what comes is what the model reads. The effect of the call counts as made: it is
 * not made again, whatever becomes of the wait. A tool that has a `compensate` cannot wait, for what
 * comes is not the result that undoing takes. A function is given the time, which a test may rule.
 */
export function waitFor(request: WaitFor["request"]): WaitFor {
  return { request, [BRAND]: true } as WaitFor;
}

/** Whether this was made by `waitFor`. */
export function isWaitFor(value: unknown): value is WaitFor {
  return typeof value === "object" && value !== null && BRAND in value;
}
