// Owns the failure that a tool reports to the model. Everything else that `execute` throws is
// a fault, which the engine retries.
import type { ToolFailure } from "../contract/errors.ts";

// Registered, so that two copies of this package in one process agree.
const BRAND = Symbol.for("holdfast.tool-failure");

/**
 * An Error for `execute` to throw when the model can act on what went wrong: it becomes the
 * call's result and is never retried. `code` is snake_case and stable; `message` is read by
 * the model, so it says what to do instead and holds no secret.
 */
export function toolFailure(code: string, message: string): Error & ToolFailure {
  return Object.assign(new Error(message), { name: "ToolFailure", code, [BRAND]: true });
}

/** Whether this was made by `toolFailure`. */
export function isToolFailure(error: unknown): error is Error & ToolFailure {
  return error instanceof Error && BRAND in error;
}
