// Owns reading a request: its body within a bound, JSON in one meaning only, and each part held against
// its schema. Who may make it was decided before.
import type { z } from "zod";
import { parseSafely } from "../contract/parse-safely.ts";
import { bodyProblem } from "../contract/raw-body.ts";
import { parseStrictJson } from "../core/strict-json.ts";
import { problem } from "./problem.ts";
import type { Route } from "./route.ts";

const DEFAULT_MAX_BYTES = 64 * 1024;

/** The body's bytes. Fails with 413 as soon as there are too many. */
export async function readBytes(
  body: ReadableStream<Uint8Array> | null,
  { maxBytes = DEFAULT_MAX_BYTES }: Pick<Route, "maxBytes">,
): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > maxBytes)
      throw problem("message_too_large", `the body has more than the ${maxBytes} bytes allowed`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/**
 * The value of a JSON body. Its content type must say so: a page of another site can send a form or
 * plain text to this machine, and JSON only after it has asked.
 */
export function readJson<B>(
  schema: z.ZodType<B>,
  bytes: Uint8Array,
  contentType: string | undefined,
): B {
  if (!/^application\/json\s*(;|$)/i.test(contentType ?? ""))
    throw problem(
      "unsupported_media_type",
      "send a JSON object with content-type application/json",
    );
  const read = parseStrictJson(textOf(bytes));
  if ("problem" in read)
    throw problem("invalid_input", `the body must be JSON in one meaning only: ${read.problem}`);
  return held(schema, read.value);
}

/** The query's parameters; one that stands twice is refused. */
export function readQuery<Q>(schema: z.ZodType<Q>, url: string): Q {
  const { searchParams } = new URL(url);
  const given: Record<string, string> = {};
  for (const [name, value] of searchParams) {
    if (Object.hasOwn(given, name))
      throw problem("invalid_input", "the query has a parameter twice; give each once");
    Object.defineProperty(given, name, { value, enumerable: true });
  }
  return held(schema, given);
}

function held<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = parseSafely(schema, value);
  if (parsed.success) return parsed.data;
  throw problem(
    "invalid_input",
    bodyProblem(parsed.error.issues).replace("the body", "the request"),
  );
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw problem("invalid_input", "the body is not UTF-8; send a JSON object encoded as UTF-8");
  }
}
