// Owns how the budget object reads what it is sent: terminal errors with a stable code that
// crosses calls (L14), naming the field and the fix and never quoting what the caller sent.
import { TerminalError } from "@restatedev/restate-sdk";
import type { BodySchema } from "../../contract/api.ts";
import type { ErrorCode } from "../../contract/errors.ts";
import { ERROR_STATUS } from "../../contract/errors.ts";
import { bodyProblem } from "../../contract/raw-body.ts";

/** An error that nobody should retry. */
export function problem(code: ErrorCode, message: string): TerminalError {
  return new TerminalError(message, { errorCode: ERROR_STATUS[code], metadata: { code } });
}

export function invalidInput(message: string): TerminalError {
  return problem("invalid_input", message);
}

/** Holds a value against its schema. Fails with 400. */
export function check<T>(schema: BodySchema<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidInput(bodyProblem(parsed.error.issues));
}

/** A body of the public handlers, from JSON. Fails with 400. */
export function readBody<T>(schema: BodySchema<T>, bytes: Uint8Array): T {
  return check(schema, parseJson(bytes));
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw invalidInput("the body is not JSON; send a JSON object encoded as UTF-8");
  }
}
