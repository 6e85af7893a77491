// Owns the approval object's errors: terminal, with a stable code that crosses calls (L14).
import { TerminalError } from "@restatedev/restate-sdk";
import type { ErrorCode } from "../../contract/errors.ts";
import { ERROR_STATUS } from "../../contract/errors.ts";

/** An error that nobody should retry. `details` reach the caller beside the code. */
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

export function notFound(): TerminalError {
  return problem("approval_not_found", "there is no approval with this id, or no more");
}
