// Owns how a handler of ours fails for good: a terminal error with a stable code that crosses
// calls (L14).
import { TerminalError } from "@restatedev/restate-sdk";
import type { ErrorCode } from "../contract/errors.ts";
import { ERROR_STATUS } from "../contract/errors.ts";

/**
 * An error that nobody should retry. The message never quotes what the caller sent; `details`
 * reach the caller beside the code.
 */
export function problem(
  code: ErrorCode,
  message: string,
  details: Readonly<Record<string, string>> = {},
): TerminalError {
  return new TerminalError(message, {
    errorCode: ERROR_STATUS[code],
    metadata: { code, ...details },
  });
}
