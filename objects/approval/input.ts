// Owns reading the bodies of `decide` and `show`. Strictly: a body that two readers could take in
// two ways decides nothing (R33).
import type { BodySchema } from "../../contract/api.ts";
import type { RawBody } from "../../contract/raw-body.ts";
import { bodyProblem } from "../../contract/raw-body.ts";
import { parseStrictJson } from "../../core/strict-json.ts";
import { problem } from "./problem.ts";

/** Far above every decision: edited arguments are what may be long. Bytes. */
const MAX_BODY_BYTES = 1024 * 1024;

/** The body as the schema has it. Fails with 413 or 400, naming the path and never the value. */
export function readBody<T>(schema: BodySchema<T>, { bytes }: RawBody): T {
  if (bytes.length > MAX_BODY_BYTES) {
    const size = `the body has ${bytes.length} bytes, more than the ${MAX_BODY_BYTES} allowed`;
    throw problem("message_too_large", size);
  }
  const parsed = schema.safeParse(parseBytes(bytes));
  if (parsed.success) return parsed.data;
  throw problem("invalid_input", bodyProblem(parsed.error.issues));
}

function parseBytes(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  const read = parseStrictJson(textOf(bytes));
  if ("value" in read) return read.value;
  throw problem("invalid_input", `the body must be JSON in one meaning only: ${read.problem}`);
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw problem("invalid_input", "the body is not UTF-8; send a JSON object encoded as UTF-8");
  }
}
