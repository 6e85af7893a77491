// Owns how whoever watches is told of a run of a tool's code, such as telemetry. The tool host tells;
// what is made of it is telemetry/'s.
import type { CallOrigin, EffectVerb } from "./effect-port.ts";
import type { AnyTool } from "./tool.ts";

export interface ObservedAttempt {
  readonly origin: CallOrigin;
  readonly operationId: string;
  readonly verb: EffectVerb | "reconcile";
  readonly tool: Pick<AnyTool, "name" | "version" | "effect">;
  /** What the author's code is given; absent where it is not told. */
  readonly input?: unknown;
}

/** How it ended, without any credential. */
export interface AttemptEnd {
  readonly did: string;
  /** What the author's code returned. */
  readonly value?: unknown;
  /** Of the tool's own failure. */
  readonly code?: string;
  readonly blocked?: { readonly code: string };
}

/** Runs it, and changes nothing of how it ends. */
export type ObserveAttempt = <End extends AttemptEnd>(
  attempt: ObservedAttempt,
  run: () => Promise<End>,
) => Promise<End>;
