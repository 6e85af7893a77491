// Owns telemetry as the composition root sees it: nothing at all while it is off, and else what is put
// around the places where the world is touched. What makes spans is loaded only then.
import type { HooksProvider } from "@restatedev/restate-sdk";
import type { Logger } from "pino";
import type { ObserveAttempt } from "../contract/attempt-observer.ts";
import type { ModelProvider } from "../contract/model.ts";
import type { CallModel, RememberEvents } from "../contract/port.ts";
import type { TelemetryOptions } from "./telemetry-options.ts";
import type { Tracing } from "./tracing.ts";

type Providers = Readonly<Record<string, ModelProvider>>;

export interface Telemetry {
  /** Settles when spans are made. Never rejects. */
  readonly ready: Promise<void>;
  /** For endpoints whose handlers are traced. */
  readonly hooks: readonly HooksProvider[];
  watchEvents(remember: RememberEvents): RememberEvents;
  watchModel(callModel: CallModel): CallModel;
  watchProviders(providers: Providers): Providers;
  /** Undefined while it is off. */
  readonly observeAttempt?: ObserveAttempt;
  flush(): Promise<void>;
}

const OFF: Telemetry = {
  ready: Promise.resolve(),
  hooks: [],
  watchEvents: (remember) => remember,
  watchModel: (callModel) => callModel,
  watchProviders: (providers) => providers,
  flush: () => Promise.resolve(),
};

/** Off without options. */
export function startTelemetry(options: TelemetryOptions | undefined, logger: Logger): Telemetry {
  if (options === undefined) return OFF;
  let tracing: Tracing | undefined;
  const ready = (async () => {
    try {
      const { openTracing } = await import("./open-tracing.ts");
      tracing = openTracing(options, logger);
    } catch (error) {
      logger.error({ err: error }, "telemetry could not be started; tasks go on without it");
    }
  })();
  return {
    ready,
    hooks: [(ctx) => tracing?.hook(ctx) ?? {}],
    watchEvents: (remember) => (taskUid, events) => {
      tracing?.noteEvents(taskUid, events);
      remember(taskUid, events);
    },
    watchModel: (callModel) => (call, signal) =>
      (tracing?.callModel(callModel) ?? callModel)(call, signal),
    watchProviders: (providers) =>
      Object.fromEntries(
        Object.entries(providers).map(([name, provider]) => {
          const call: ModelProvider["call"] = (...args) =>
            (tracing?.provider(name, provider) ?? provider).call(...args);
          return [name, { call }];
        }),
      ),
    observeAttempt: (attempt, run) => tracing?.observeAttempt(attempt, run) ?? run(),
    flush: async () => {
      await ready;
      await tracing?.flush();
    },
  };
}
