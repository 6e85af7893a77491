// Owns what a verb of a tool's service needs of a durable engine, so that the same
// verbs run under Restate and in memory.
import type { Context, internal } from "@restatedev/restate-sdk";

export interface Steps {
  /**
   * Runs an action and records its value: whoever takes the invocation up again is given the
   * value, and runs an action again that has none. A rejection is an outage, and is tried again
   * for as long as it takes. The signal is aborted when nobody waits for the value any more.
   */
  run<T>(name: string, action: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Milliseconds, by the engine's clock. */
  sleep(ms: number, name: string): Promise<void>;
  /** Absent where every action has to be recorded. */
  readonly unrecorded?: Unrecorded;
}

/** What an action needs that is not recorded. */
interface Unrecorded {
  /** As the one of `run`. */
  readonly signal: AbortSignal;
  /** Whether the invocation may end at this time (milliseconds since the epoch) with nothing but its answer. */
  mayEnd(at: number): boolean;
}

export function restateSteps(ctx: Context, mayEnd: Unrecorded["mayEnd"]): Steps {
  const signal = ctx.request().attemptCompletedSignal;
  return {
    run: (name, action) => ctx.run(name, () => action(signal)),
    sleep: (ms, name) => ctx.sleep(ms, name),
    ...(isUntouched(ctx) ? { unrecorded: { signal, mayEnd } } : {}),
  };
}

/**
 * Asked before anything else, it says whether the journal holds nothing but the request. That is
 * the one question to `isProcessing` by which a replay cannot go astray: whatever is recorded
 * next fits an empty journal, and where there is a record this is false.
 */
function isUntouched(ctx: Context): boolean {
  return (ctx as internal.ContextInternal).isProcessing();
}
