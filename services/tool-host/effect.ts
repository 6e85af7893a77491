// Owns what `execute` and `compensate` have in common: one effect of one operation, from its
// request to a settled outcome. run-effect.ts makes it happen, at most once or with the same key.
import type { EffectVerb } from "../../contract/effect-port.ts";
import type { Blocked, ToolContext, ToolError, ToolRequest } from "../../contract/tool.ts";
import type { LoadedCall } from "./load-call.ts";

/** `Kept` is a good outcome in a form that waits for an outage to end. */
export interface Effect<Body extends object, Kept> {
  readonly verb: EffectVerb;
  readonly request: ToolRequest;
  /** Its own: undoing is another effect than doing. */
  readonly operationId: string;
  /** Rejects when the artifact store does. */
  load(): Promise<LoadedCall | ToolError>;
  /** Absent where nothing was captured that could have changed. */
  readonly stillHolds?:
    | ((call: LoadedCall, context: ToolContext) => Promise<Blocked | undefined>)
    | undefined;
  run(call: LoadedCall, context: ToolContext): unknown;
  /** What the author's code returned, as an outcome. Never rejects: the effect has happened. */
  settle(value: unknown): Promise<Body | ToolError | { readonly kept: Kept }>;
  /** Rejects for as long as the outage lasts. */
  placeKept(kept: Kept): Promise<Body>;
}
