// Owns the question to authority, as its port wants it.
import type { EffectVerb } from "../../contract/effect-port.ts";
import type { Blocked, ToolRequest } from "../../contract/tool.ts";
import type { LoadedCall } from "./load-call.ts";
import type { ToolHost } from "./tool-host.ts";

export interface Asked {
  readonly verb: EffectVerb;
  readonly request: ToolRequest;
  readonly call: LoadedCall;
  readonly signal: AbortSignal;
}

/** Undefined where nothing is to be said against it, and where nobody is to be asked. */
export async function askAuthority(
  { tool, checkAuthority }: ToolHost,
  { verb, request, call, signal }: Asked,
): Promise<Blocked | undefined> {
  const { arguments: given, input } = call;
  return checkAuthority?.(request, tool, { verb, arguments: given, input, signal });
}
