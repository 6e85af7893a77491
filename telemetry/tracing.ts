// Owns what open-tracing.ts opens, as telemetry.ts sees it, and what the makers of spans share. Types only.
import type { Tracer } from "@opentelemetry/api";
import type { HooksProvider } from "@restatedev/restate-sdk";
import type { ObserveAttempt } from "../contract/attempt-observer.ts";
import type { ModelProvider } from "../contract/model.ts";
import type { CallModel, RememberEvents } from "../contract/port.ts";
import type { SpanIds } from "./span-ids.ts";

/** What spans are made by; each puts itself around something and changes nothing of it. */
export interface Tracing {
  readonly hook: HooksProvider;
  /** Is told each event that a handler writes, also when it is replayed. */
  noteEvents: RememberEvents;
  readonly callModel: (callModel: CallModel) => CallModel;
  readonly provider: (name: string, provider: ModelProvider) => ModelProvider;
  readonly observeAttempt: ObserveAttempt;
  /** Delivers what is there. Never rejects. */
  flush(): Promise<void>;
}

export interface SpanSource {
  readonly tracer: Tracer;
  readonly ids: SpanIds;
  /** Whether spans hold what was said. */
  readonly content: boolean;
}
