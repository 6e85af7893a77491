// Owns spans that stay in this process: a source as open-tracing.ts makes it, without a collector.
import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { createSpanIds } from "../../../telemetry/span-ids.ts";
import type { SpanSource } from "../../../telemetry/tracing.ts";

export function keepSpans(content = false) {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const exporter = new InMemorySpanExporter();
  const ids = createSpanIds();
  const provider = new TracerProvider({
    idGenerator: ids,
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const source: SpanSource = { tracer: provider.getTracer("test"), ids, content };
  return { source, spans: () => exporter.getFinishedSpans() };
}
