// Owns what Restate's own hook may write into a span: of an error its kind, and no text of it (L9).
import type { Span, SpanStatus, Tracer } from "@opentelemetry/api";
import { NAMES } from "./conventions.ts";
import { errorType } from "./end-span.ts";

export function quietTracer(tracer: Tracer): Tracer {
  return {
    startSpan: (...given) => quiet(tracer.startSpan(...given)),
    startActiveSpan: tracer.startActiveSpan.bind(tracer),
  };
}

function quiet(span: Span): Span {
  const setStatus = span.setStatus.bind(span);
  return Object.assign(span, {
    setStatus({ code }: SpanStatus) {
      setStatus({ code });
      return span;
    },
    recordException(error: unknown) {
      span.setAttribute(NAMES.ERROR_TYPE, errorType(error));
    },
  });
}
