// Owns how spans leave the process: in batches, over OTLP, in the background. Whatever is wrong with the
// collector is logged, and nothing waits for it. The only file that imports the exporter.
import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from "@opentelemetry/sdk-trace";
import type { Logger } from "pino";
import { NAMES } from "./conventions.ts";
import { traceModelCall, traceProvider } from "./model-spans.ts";
import { createSegmentHook, noteEvents } from "./segment-hook.ts";
import { createSpanIds } from "./span-ids.ts";
import type { TelemetryOptions } from "./telemetry-options.ts";
import { traceAttempts } from "./tool-spans.ts";
import type { SpanSource, Tracing } from "./tracing.ts";

/** Of spans that a worker that dies had not sent, so as little as batching allows. */
const DELAY_MS = 1_000;
const FLUSH_MS = 5_000;
const MAX_ATTRIBUTE = 32 * 1024;

export function openTracing(options: TelemetryOptions, logger: Logger): Tracing {
  const { endpoint, serviceName = "holdfast", headers, content = false } = options;
  // An app that traces already has one, and both share it.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const ids = createSpanIds();
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, "")}/v1/traces`,
    ...(headers === undefined ? {} : { headers: async () => ({ ...headers() }) }),
  });
  const provider = new TracerProvider({
    idGenerator: ids,
    resource: defaultResource().merge(
      resourceFromAttributes({ [NAMES.SERVICE_NAME]: serviceName }),
    ),
    spanLimits: { attributeValueLengthLimit: MAX_ATTRIBUTE },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: loggingExporter(exporter, logger),
        scheduledDelayMillis: DELAY_MS,
      }),
    ],
  });
  const source: SpanSource = { tracer: provider.getTracer("holdfast"), ids, content };
  return {
    hook: createSegmentHook(source),
    noteEvents,
    callModel: traceModelCall,
    provider: traceProvider(source),
    observeAttempt: traceAttempts(source),
    // A collector that is down must not keep a worker from ending.
    flush: () => provider.forceFlush({ timeoutMillis: FLUSH_MS }).catch(() => undefined),
  };
}

/** Says once that spans are lost, and once that they are not any more. */
function loggingExporter(exporter: SpanExporter, logger: Logger): SpanExporter {
  let failing = false;
  const note = ({ code, error }: ExportResult): void => {
    const failed = code !== ExportResultCode.SUCCESS;
    if (failed === failing) return;
    failing = failed;
    // Its message may quote what the collector answered.
    if (failed) logger.warn({ error: error?.name }, "spans cannot be delivered and are dropped");
    else logger.info("spans are delivered again");
  };
  return {
    export: (spans, done) => {
      exporter.export(spans, (result) => {
        note(result);
        // Reported here; a failure would be thrown at whoever flushes.
        done({ code: ExportResultCode.SUCCESS });
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}
