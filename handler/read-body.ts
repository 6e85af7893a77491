// Owns reading the body of a public handler: JSON that has one meaning only, held against the
// handler's schema.
import type { BodySchema } from "../contract/api.ts";
import { parseSafely } from "../contract/parse-safely.ts";
import { type BodyIssue, bodyProblem, type RawBody } from "../contract/raw-body.ts";
import { NOT_JSON, parseStrictJson } from "../core/strict-json.ts";
import { problem } from "./problem.ts";

/** For bodies without content of a user's: verbs, settings, questions. Bytes. */
const SMALL_BODY_BYTES = 16 * 1024;

export interface BodyBound {
  readonly maxBytes: number;
  /** What to do about a body above it; the end of a sentence. */
  readonly instead?: string;
}

/**
 * The body as the schema has it; an empty one where the schema takes `undefined`. Fails with 413 above the bound and
 * with 400 for what is not JSON or does not fit, naming the path and never the value.
 */
export function readBody<T>(
  schema: BodySchema<T>,
  { bytes }: RawBody,
  { maxBytes, instead }: BodyBound = { maxBytes: SMALL_BODY_BYTES },
): T {
  if (bytes.length > maxBytes) {
    const size = `the body has ${bytes.length} bytes, more than the ${maxBytes} allowed`;
    throw problem("message_too_large", instead === undefined ? size : `${size}; ${instead}`);
  }
  if (bytes.length > 0) return readText(schema, textOf(bytes));
  // Some verbs need nothing said.
  const nothing = schema.safeParse(undefined);
  if (nothing.success) return nothing.data;
  throw problem("invalid_input", "the body is empty; send a JSON object encoded as UTF-8");
}

/** Holds a value against its schema. Fails with 400. */
export function checkBody<T>(schema: BodySchema<T>, value: unknown): T {
  const parsed = parseSafely(schema, value);
  if (parsed.success) return parsed.data;
  throw problem("invalid_input", bodyProblem(parsed.error.issues.map(innermost)));
}

type Issue = NonNullable<ReturnType<BodySchema<unknown>["safeParse"]>["error"]>["issues"][number];

/** What is wrong in the variant that got furthest: a union itself says only where it stands. */
function innermost(issue: Issue): BodyIssue {
  if (issue.code !== "invalid_union") return issue;
  const [deepest] = issue.errors.flat().toSorted((a, b) => b.path.length - a.path.length);
  if (deepest === undefined || deepest.path.length === 0) return issue;
  return innermost({ ...deepest, path: [...issue.path, ...deepest.path] });
}

function readText<T>(schema: BodySchema<T>, text: string): T {
  const read = parseStrictJson(text);
  if ("value" in read) return checkBody(schema, read.value);
  if (read.problem === NOT_JSON)
    throw problem("invalid_input", "the body is not JSON; send a JSON object encoded as UTF-8");
  // The schema names the place, where it refuses it too.
  checkBody(schema, JSON.parse(text));
  const message = `the body must be JSON in one meaning only: ${read.problem}`;
  throw problem("invalid_input", message);
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw problem("invalid_input", "the body is not UTF-8; send a JSON object encoded as UTF-8");
  }
}
