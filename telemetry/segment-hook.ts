// Owns the hook by which the SDK tells of attempts: it keeps a segment's record while its handler runs, and
// where the caller traces, such as the engine or a client, has Restate's own hook make the caller's spans.
import { context, createContextKey, trace } from "@opentelemetry/api";
import { type HooksProvider, internal, type Request } from "@restatedev/restate-sdk";
import { openTelemetryHook } from "@restatedev/restate-sdk-opentelemetry";
import { SEGMENT_HANDLERS } from "../contract/command.ts";
import type { RememberEvents } from "../contract/port.ts";
import { harmlessly } from "./end-span.ts";
import { linkBoth } from "./links.ts";
import type { SpanSource } from "./tracing.ts";
import { quietTracer } from "./quiet-tracer.ts";
import { createSegmentRecord, type SegmentRecord } from "./segment-record.ts";

const IS_PROCESSING = Symbol.for("@restatedev/restate-sdk/hooks.isProcessing");
const RECORD = createContextKey("holdfast.segment-record");

/** To the record of the segment whose handler writes them. */
export const noteEvents: RememberEvents = (taskUid, events) => {
  const record = context.active().getValue(RECORD) as SegmentRecord | undefined;
  record?.note(taskUid, events);
};

export function createSegmentHook(source: SpanSource): HooksProvider {
  const callersHook = openTelemetryHook({ tracer: quietTracer(source.tracer) });
  return (ctx) => {
    const { target, attemptHeaders } = ctx.request;
    const record = isSegment(target)
      ? createSegmentRecord(source, { agent: target.service, taskId: target.key ?? "" })
      : undefined;
    if (record === undefined && !target.service.startsWith("tools.")) return {};
    const within = context.active().setValue(RECORD, record);
    const { interceptor = {} } =
      attemptHeaders.get("traceparent") === undefined
        ? {}
        : context.with(within, () => callersHook(ctx));
    const { handler: inCallersSpan, ...rest } = interceptor;
    const handler = async (next: () => Promise<void>): Promise<void> => {
      const kept = record === undefined ? next : () => keep(record, ctx, next);
      await (inCallersSpan === undefined ? context.with(within, kept) : inCallersSpan(kept));
    };
    return { interceptor: { ...rest, handler } };
  };
}

const SEGMENTS: ReadonlySet<string> = new Set(SEGMENT_HANDLERS);

function isSegment({ service, handler, key }: Request["target"]): boolean {
  return key !== undefined && SEGMENTS.has(handler) && !service.startsWith("holdfast.");
}

async function keep(record: SegmentRecord, ctx: object, next: () => Promise<void>): Promise<void> {
  try {
    await next();
  } catch (error) {
    if (!internal.isSuspendedError(error)) harmlessly(() => record.fail(error));
    throw error;
  }
  if (!isReplayed(ctx)) harmlessly(() => tell(record));
}

function tell(record: SegmentRecord): void {
  const span = record.end();
  if (span === undefined) return;
  linkBoth(span, trace.getActiveSpan());
  span.end();
}

/** Whether the end of the handler is in the journal already: an attempt before this one told of it. */
function isReplayed(ctx: object): boolean {
  // How Restate's own hook is told.
  const told = ctx as { readonly [IS_PROCESSING]?: () => boolean };
  return told[IS_PROCESSING]?.() === false;
}
