// Owns a call of a tool without any runtime: validated input, then `execute`, and the result as
// the model is shown it.
import type { AnyTool, ToolContext } from "../../contract/tool.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";

export interface DirectCall {
  readonly taskId: string;
  readonly idempotencyKey: string;
  readonly input: unknown;
}

/** A text as it is, any other value as JSON. Throws when the input fails the tool's schema. */
export async function callTool(tool: AnyTool, call: DirectCall): Promise<string> {
  const validated = await tool.input["~standard"].validate(call.input);
  if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
  const context: ToolContext = {
    beginEffect: () => Promise.resolve(),
    fetch: globalThis.fetch,
    artifacts: createMemoryArtifactStore().ofTenant(undefined),
    credential: (name) => Promise.reject(new Error(`no credential ${name}`)),
    signal: new AbortController().signal,
    idempotencyKey: call.idempotencyKey,
    taskId: call.taskId,
    taskUid: call.taskId,
    agent: "airline",
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  const value = await tool.execute(validated.value, context);
  return typeof value === "string" ? value : JSON.stringify(value);
}
