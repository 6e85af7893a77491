// Owns the execution of an agent's tool without the runtime: input checked, failures worded
// for the model, and a new idempotency key for each call.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { AgentDefinition, ToolContext } from "../../index.ts";
import { credentialFile } from "../../examples/refund-desk/payment-provider.ts";
import { isToolFailure } from "../../tools/tool-failure.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";

const LOGGER = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface MadeCall {
  readonly name: string;
  readonly arguments: unknown;
}

export interface ExecuteOptions {
  /** Of the shop: where its token is. */
  readonly folder: string;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/** What the model reads as the call's result. */
export async function executeTool(
  agent: AgentDefinition,
  call: MadeCall,
  options: ExecuteOptions,
): Promise<string> {
  const tool = agent.tools.find(({ name }) => name === call.name);
  if (tool === undefined) throw new Error(`the agent has no tool ${call.name}`);
  const input = await tool.input["~standard"].validate(call.arguments);
  if (input.issues !== undefined)
    throw new Error(input.issues.map((issue) => issue.message).join(", "));
  try {
    const output = await tool.output["~standard"].validate(
      await tool.execute(input.value, toolContext(options)),
    );
    if (output.issues !== undefined)
      throw new Error(output.issues.map((issue) => issue.message).join(", "));
    return JSON.stringify(output.value);
  } catch (error) {
    if (!isToolFailure(error)) throw error;
    return JSON.stringify({ error: error.code, message: error.message });
  }
}

/** What the runtime gives a tool that it lets through. */
export function toolContext({ folder, idempotencyKey, signal }: ExecuteOptions): ToolContext {
  return {
    beginEffect: () => Promise.resolve(),
    fetch: globalThis.fetch,
    artifacts: createMemoryArtifactStore().ofTenant(undefined),
    credential: async () => (await readFile(credentialFile(folder), "utf8")).trim(),
    signal: signal ?? new AbortController().signal,
    idempotencyKey: idempotencyKey ?? randomUUID(),
    taskId: "refund-1",
    taskUid: "uid-1",
    agent: "refund-desk",
    logger: LOGGER,
  };
}
