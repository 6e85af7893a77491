// Owns reading the bodies of `decide` and `show`. Strictly: a body that two readers could take in
// two ways decides nothing (R33). The check runs in the handler, where our error codes survive.
import type { Serde } from "@restatedev/restate-sdk";
import type { BodySchema } from "../../contract/api.ts";
import { describeSchema } from "../../contract/schema.ts";
import { parseStrictJson } from "../../core/strict-json.ts";
import { problem } from "./problem.ts";

/** Far above every decision: edited arguments are what may be long. Bytes. */
const MAX_BODY_BYTES = 1024 * 1024;

/** A body that was not looked at yet. */
export interface RawBody {
  readonly bytes: Uint8Array;
}

/** Takes any body, and tells Restate the JSON Schema of a good one. */
export function bodySerde(schema: BodySchema<unknown>): Serde<RawBody> {
  const jsonSchema = describeSchema(schema);
  return {
    contentType: "application/json",
    ...(jsonSchema === undefined ? {} : { jsonSchema }),
    serialize: (body) => body.bytes,
    deserialize: (bytes) => ({ bytes }),
  };
}

/** The body as the schema has it. Fails with 413 or 400, naming the path and never the value. */
export function readBody<T>(schema: BodySchema<T>, { bytes }: RawBody): T {
  if (bytes.length > MAX_BODY_BYTES) {
    const size = `the body has ${bytes.length} bytes, more than the ${MAX_BODY_BYTES} allowed`;
    throw problem("message_too_large", size);
  }
  const parsed = schema.safeParse(parseBytes(bytes));
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(
    (issue) => `${issue.path.map(String).join(".") || "(body)"}: ${issue.message}`,
  );
  throw problem("invalid_input", `the body does not have the required form: ${issues.join("; ")}`);
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
