// Owns what a tool is run with: the tool, its ports to the world, its clocks, and the tokens of
// its effects, which belong to this process.
import type { ArtifactStore } from "../../contract/artifact.ts";
import type { ObserveAttempt } from "../../contract/attempt-observer.ts";
import type { CheckAuthority, ResolveCredential } from "../../contract/effect-port.ts";
import { type AnyTool, FENCE_MARGIN_MS, type ToolLogger } from "../../contract/tool.ts";
import type { Clock } from "./deadline.ts";
import type { LoadedCall } from "./load-call.ts";
import { createTokenStore, type TokenStore } from "./token-store.ts";

export interface ToolHostOptions extends Partial<Clock> {
  readonly tool: AnyTool;
  readonly artifacts: ArtifactStore;
  /** Results above this many bytes go to the artifact store. */
  readonly inlineLimitBytes: number;
  readonly logger: ToolLogger;
  /** Nobody is asked where it is left out. */
  readonly checkAuthority?: CheckAuthority;
  /** Every credential is missing where it is left out. */
  readonly resolveCredential?: ResolveCredential;
  /** Is told of each run of the author's code; nobody is where it is left out. */
  readonly observeAttempt?: ObserveAttempt | undefined;
  /** FENCE_MARGIN_MS by default. */
  readonly marginMs?: number;
}

export interface ToolHost extends Omit<ToolHostOptions, keyof Clock | "marginMs">, Clock {
  readonly marginMs: number;
  readonly tokens: TokenStore<LoadedCall>;
}

/** One per tool and process: tokens that one host drew, another does not have. */
export function createToolHost(options: ToolHostOptions): ToolHost {
  const clock: Clock = {
    now: options.now ?? Date.now,
    monotonic: options.monotonic ?? (() => performance.now()),
  };
  return {
    ...options,
    ...clock,
    marginMs: options.marginMs ?? FENCE_MARGIN_MS,
    tokens: createTokenStore(clock),
  };
}
