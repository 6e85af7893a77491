// Owns the errors of `holdfast.events`, and reading its bodies.
import { TerminalError } from "@restatedev/restate-sdk";
import type { BodySchema } from "../../contract/api.ts";
import { ERROR_STATUS, type ErrorCode } from "../../contract/errors.ts";
import { MAX_EVENT_BYTES } from "../../contract/inbox.ts";
import { bodyProblem, type RawBody } from "../../contract/raw-body.ts";
import { parseStrictJson } from "../../core/strict-json.ts";

function problem(code: ErrorCode, message: string): TerminalError {
  return new TerminalError(message, { errorCode: ERROR_STATUS[code], metadata: { code } });
}

/** The body as the schema has it. Fails with 413 or 400, naming the path and never the value. */
export function readBody<T>(schema: BodySchema<T>, { bytes }: RawBody): T {
  if (bytes.length > MAX_EVENT_BYTES) {
    throw problem(
      "message_too_large",
      `the body has ${bytes.length} bytes, more than the ${MAX_EVENT_BYTES} allowed; publish a reference to what is large`,
    );
  }
  const parsed = schema.safeParse(parseBytes(bytes));
  if (parsed.success) return parsed.data;
  throw problem("invalid_input", bodyProblem(parsed.error.issues));
}

function parseBytes(bytes: Uint8Array): unknown {
  const read = parseStrictJson(textOf(bytes));
  if ("value" in read) return read.value;
  throw problem("invalid_input", `the body must be JSON in one meaning only: ${read.problem}`);
}

/** Strictly: a byte that is no text would come to the task as another one. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw problem("invalid_input", "the body is not UTF-8; send a JSON object encoded as UTF-8");
  }
}
