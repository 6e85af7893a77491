// Owns the ids of spans that others refer to: they are computed, and never carried. So a link holds over
// any wait, crash and deployment, nothing of it is in a journal, and a span told twice is one span.
import { type SpanContext, TraceFlags } from "@opentelemetry/api";
import { type IdGenerator, RandomIdGenerator } from "@opentelemetry/sdk-trace";
import { sha256 } from "../core/digest.ts";

/** One segment: all that one exclusive invocation did for the task. */
export function segmentSpan(taskUid: string, segment: number): SpanContext {
  return spanOf(taskUid, `segment/${segment}`);
}

/** One model call, with the tool calls that it asked for. */
export function stepSpan(taskUid: string, step: number): SpanContext {
  return spanOf(taskUid, `step/${step}`);
}

// A task is one trace, which has no span that is longer than a segment.
function spanOf(taskUid: string, name: string): SpanContext {
  return {
    traceId: sha256(`holdfast/trace/${taskUid}`).slice(0, 32),
    spanId: sha256(`holdfast/span/${taskUid}/${name}`).slice(0, 16),
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  };
}

export interface SpanIds extends IdGenerator {
  /** The span that `start` starts has these ids; any other one has random ones. */
  give<T>(ids: SpanContext, start: () => T): T;
}

export function createSpanIds(): SpanIds {
  const random = new RandomIdGenerator();
  let given: SpanContext | undefined;
  return {
    generateTraceId: () => given?.traceId ?? random.generateTraceId(),
    generateSpanId: () => given?.spanId ?? random.generateSpanId(),
    give(ids, start) {
      given = ids;
      try {
        return start();
      } finally {
        given = undefined;
      }
    },
  };
}
