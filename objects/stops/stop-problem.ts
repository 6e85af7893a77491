// Owns the errors of `holdfast.stops`, and reading its bodies.
import { TerminalError } from "@restatedev/restate-sdk";
import type { BodySchema } from "../../contract/api.ts";
import { ERROR_STATUS, type ErrorCode } from "../../contract/errors.ts";
import { bodyProblem, type RawBody } from "../../contract/raw-body.ts";
import { parseStrictJson } from "../../core/strict-json.ts";

/** An error that nobody should retry. */
export function problem(code: ErrorCode, message: string): TerminalError {
  return new TerminalError(message, { errorCode: ERROR_STATUS[code], metadata: { code } });
}

const MAX_BODY_BYTES = 16 * 1024;

/** The body as the schema has it. Fails with 413 or 400, naming the path and never the value. */
export function readBody<T>(schema: BodySchema<T>, { bytes }: RawBody): T {
  if (bytes.length > MAX_BODY_BYTES) {
    throw problem(
      "message_too_large",
      `the body has more than the ${MAX_BODY_BYTES} bytes allowed`,
    );
  }
  const parsed = schema.safeParse(parseBytes(bytes));
  if (parsed.success) return parsed.data;
  throw problem("invalid_input", bodyProblem(parsed.error.issues));
}

function parseBytes(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  const read = parseStrictJson(new TextDecoder().decode(bytes));
  if ("value" in read) return read.value;
  throw problem("invalid_input", `the body must be JSON in one meaning only: ${read.problem}`);
}
