// Owns what a verb of a tool's service needs of a durable engine, so that the same
// verbs run under Restate and in memory.
import type { Context } from "@restatedev/restate-sdk";

export interface Steps {
  /**
   * Runs an action and records its value: whoever takes the invocation up again is given the
   * value, and runs an action again that has none. A rejection is an outage, and is tried again
   * for as long as it takes. The signal is aborted when nobody waits for the value any more.
   */
  run<T>(name: string, action: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Milliseconds, by the engine's clock. */
  sleep(ms: number, name: string): Promise<void>;
}

export function restateSteps(ctx: Context): Steps {
  const signal = ctx.request().attemptCompletedSignal;
  return {
    run: (name, action) => ctx.run(name, () => action(signal)),
    sleep: (ms, name) => ctx.sleep(ms, name),
  };
}
