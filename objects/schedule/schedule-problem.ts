// Owns the errors of `holdfast.schedule`, and reading its bodies.
import { TerminalError } from "@restatedev/restate-sdk";
import type { BodySchema } from "../../contract/api.ts";
import { ERROR_STATUS, type ErrorCode } from "../../contract/errors.ts";
import { idProblem } from "../../contract/ids.ts";
import { bodyProblem, type RawBody } from "../../contract/raw-body.ts";
import { MAX_SCHEDULE_BYTES, MAX_SCHEDULE_ID_BYTES } from "../../contract/schedule.ts";
import { parseStrictJson } from "../../core/strict-json.ts";

/** An error that nobody should retry. */
export function problem(code: ErrorCode, message: string): TerminalError {
  return new TerminalError(message, { errorCode: ERROR_STATUS[code], metadata: { code } });
}

export function notFound(): TerminalError {
  return problem("schedule_not_found", "there is no schedule with this id; make it with set");
}

/** Fails with 400 for a key that is no schedule's id. */
export function checkId(id: string): void {
  const wrong = idProblem(id);
  if (wrong !== undefined) throw problem("invalid_input", `the schedule id ${wrong}`);
  if (new TextEncoder().encode(id).length > MAX_SCHEDULE_ID_BYTES) {
    const message = `the schedule id must be at most ${MAX_SCHEDULE_ID_BYTES} bytes long`;
    throw problem("invalid_input", message);
  }
}

/** The body as the schema has it. Fails with 413 or 400, naming the path and never the value. */
export function readBody<T>(schema: BodySchema<T>, { bytes }: RawBody): T {
  if (bytes.length > MAX_SCHEDULE_BYTES) {
    throw problem(
      "message_too_large",
      `the body has more than the ${MAX_SCHEDULE_BYTES} bytes allowed`,
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
