// Owns the question to authority, as its port wants it.
import type { AuthorityAnswer, EffectVerb } from "../../contract/effect-port.ts";
import type { ToolRequest } from "../../contract/tool.ts";
import type { LoadedCall } from "./load-call.ts";
import type { ToolHost } from "./tool-host.ts";

export interface Asked {
  readonly verb: EffectVerb;
  readonly request: ToolRequest;
  readonly call: LoadedCall;
  readonly signal: AbortSignal;
}

/** Undefined also where nobody is to be asked. */
export async function askAuthority(
  { tool, checkAuthority }: ToolHost,
  { verb, request, call, signal }: Asked,
): Promise<AuthorityAnswer> {
  const { arguments: given, input } = call;
  return checkAuthority?.(request, tool, { verb, arguments: given, input, signal });
}
