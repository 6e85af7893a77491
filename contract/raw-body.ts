// Owns how the bodies of public handlers come in: as bytes that nobody has looked at, with the
// JSON Schema of a good one for whoever lists the services. The check runs in the handler and not
// in the serde, because a serde's failure loses our error code on its way to the caller.
import type { BodySchema } from "./api.ts";
import { describeSchema } from "./schema.ts";

/** A body that was not looked at yet. */
export interface RawBody {
  readonly bytes: Uint8Array;
}

/** A serde as Restate's SDK takes it. */
interface BodySerde {
  readonly contentType: string;
  readonly jsonSchema?: object;
  serialize(body: RawBody): Uint8Array;
  deserialize(bytes: Uint8Array): RawBody;
}

/** Takes any body, and tells Restate the JSON Schema of a good one. */
export function bodySerde(schema: BodySchema<unknown>): BodySerde {
  const jsonSchema = describeSchema(schema);
  return {
    contentType: "application/json",
    ...(jsonSchema === undefined ? {} : { jsonSchema }),
    serialize: (body) => body.bytes,
    deserialize: (bytes) => ({ bytes }),
  };
}

export interface BodyIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** The keys that an object must not have; the message quotes them. */
  readonly keys?: readonly string[];
}

/** More than these are counted: an error is no longer than it is of use. */
const MAX_TOLD = 10;
/** What a field of ours could be called, or what somebody took for it. */
const FIELD_NAME = /^[a-zA-Z]{1,24}$/;

/**
 * What is wrong with a body, in one line that names the paths and never a value. A key that no field could have is a
 * value too: error texts are kept in clear.
 */
export function bodyProblem(issues: readonly BodyIssue[]): string {
  const told = issues
    .slice(0, MAX_TOLD)
    .map((issue) => `${issue.path.map(String).join(".") || "(body)"}: ${messageOf(issue)}`);
  const more = issues.length > MAX_TOLD ? [`and ${issues.length - MAX_TOLD} more`] : [];
  return `the body does not have the required form: ${[...told, ...more].join("; ")}`;
}

function messageOf({ message, keys }: BodyIssue): string {
  if (keys === undefined) return message;
  const names = keys.filter((key) => FIELD_NAME.test(key)).slice(0, MAX_TOLD);
  const others = keys.length - names.length;
  const told = [
    ...names.map((name) => `"${name}"`),
    ...(others === 0 ? [] : [`${others} that no field has`]),
  ];
  return `Unrecognized key${keys.length === 1 ? "" : "s"}: ${told.join(", ")}`;
}
