// Owns the request that a manifest and a context make. Pure, and from recorded data alone,
// so that the prompt of any step can be rebuilt from storage (R2).
import type { AgentManifest, ModelRequest, ResolvedMessage } from "../../contract/model.ts";

/** Providers want a name for the form of an answer; nothing depends on it. */
const OUTPUT_NAME = "answer";

export interface RequestSource {
  readonly manifest: AgentManifest;
  /** The provider's name of the model. */
  readonly model: string;
  readonly messages: readonly ResolvedMessage[];
  /** Undefined leaves the cap to the provider. */
  readonly maxOutputTokens: number | undefined;
}

export function buildRequest({
  manifest,
  model,
  messages,
  maxOutputTokens,
}: RequestSource): ModelRequest {
  const { instructions, tools, outputSchema } = manifest;
  return {
    model,
    instructions,
    messages,
    tools: tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(outputSchema === undefined
      ? {}
      : { outputSchema: { name: OUTPUT_NAME, schema: outputSchema } }),
  };
}
