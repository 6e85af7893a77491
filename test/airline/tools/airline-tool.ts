// Owns what all airline tools share: the recorded name, description and JSON schema, finding
// the task's database, recording the request, and applying an effect once per key.
import { z } from "zod";
import type { EffectClass } from "../../../contract/effect-class.ts";
import type { AnyTool } from "../../../contract/tool.ts";
import { defineTool } from "../../../tools/define-tool.ts";
import type { AirlineDatabase } from "../database.ts";
import { openDatabase } from "../database.ts";
import { WRITES } from "../conversation.ts";
import { loadRecordedTools } from "../dataset.ts";

/** Thrown by a tool that refuses; its message is the tool's output and nothing has changed. */
export class Refusal extends Error {}

interface AirlineToolSpec<Input> {
  /** As in tools.json. */
  readonly name: string;
  readonly effect: EffectClass;
  readonly endsTask?: boolean;
  readonly input: z.ZodType<Input>;
  /** A JSON value or a text, as it was recorded. */
  execute(input: Input, database: AirlineDatabase): unknown;
}

/** `default`: a person must allow each write. The recorded conversations know no approvals. */
export type WriteApproval = "default" | "never";

/** A tool on the databases in a directory, one per task. */
export type AirlineTool = (directory: string, approval: WriteApproval) => AnyTool;

const recordedTools = loadRecordedTools();

export function airlineTool<Input>(spec: AirlineToolSpec<Input>): AirlineTool {
  const recorded = recordedTools.get(spec.name);
  if (recorded === undefined) throw new Error(`tools.json has no tool ${spec.name}`);
  return (directory, approval) =>
    defineTool({
      name: spec.name,
      version: "1",
      description: recorded.description,
      input: spec.input,
      inputJsonSchema: recorded.parameters,
      // A document or a text; tools.test.ts compares every one with the recorded output.
      output: z.unknown(),
      effect: spec.effect,
      // The database applies once per key.
      idempotency: spec.effect === "read" ? "none" : "honoured",
      endsTask: spec.endsTask ?? false,
      approval: WRITES.has(spec.name) ? approval : "never",
      execute: (input, { taskId, idempotencyKey }) => {
        using database = openDatabase(directory, taskId);
        database.recordRequest({ idempotencyKey, tool: spec.name, input });
        return orRefusal(() =>
          spec.effect === "read"
            ? spec.execute(input, database)
            : database.applyOnce(idempotencyKey, spec.name, () => spec.execute(input, database)),
        );
      },
    });
}

function orRefusal(execute: () => unknown): unknown {
  try {
    return execute();
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}
