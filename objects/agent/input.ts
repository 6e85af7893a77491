// Owns reading the bodies of the public handlers: plain JSON, and of a union's variants the one
// that got furthest is told.
import type { BodySchema } from "../../contract/api.ts";
import type { RawBody } from "../../contract/raw-body.ts";
import { bodyProblem } from "../../contract/raw-body.ts";
import { problem } from "./problem.ts";

/**
 * The body as the schema has it. Fails with 413 above `maxBytes`, with 400 for a body that is
 * not JSON or does not fit, naming the path and never the value.
 */
export function readBody<T>(schema: BodySchema<T>, body: RawBody, maxBytes: number): T {
  if (body.bytes.length > maxBytes) {
    throw problem(
      "message_too_large",
      `the body has ${body.bytes.length} bytes, more than the ${maxBytes} allowed; store large content as an artifact and send its reference`,
    );
  }
  const parsed = schema.safeParse(parseJson(body.bytes));
  if (parsed.success) return parsed.data;
  throw problem("invalid_input", bodyProblem(parsed.error.issues.map(innermost)));
}

type Issue = NonNullable<ReturnType<BodySchema<unknown>["safeParse"]>["error"]>["issues"][number];

/** What is wrong in the variant that got furthest: a union itself says only where it stands. */
function innermost(issue: Issue): Pick<Issue, "path" | "message"> {
  if (issue.code !== "invalid_union") return issue;
  const [deepest] = issue.errors.flat().toSorted((a, b) => b.path.length - a.path.length);
  if (deepest === undefined || deepest.path.length === 0) return issue;
  return innermost({ ...deepest, path: [...issue.path, ...deepest.path] });
}

function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw problem("invalid_input", "the body is not JSON; send a JSON object encoded as UTF-8");
  }
}
