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

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What is wrong with a body, in one line that names the paths and never a value. */
export function bodyProblem(issues: readonly Issue[]): string {
  const told = issues.map(
    ({ path, message }) => `${path.map(String).join(".") || "(body)"}: ${message}`,
  );
  return `the body does not have the required form: ${told.join("; ")}`;
}
