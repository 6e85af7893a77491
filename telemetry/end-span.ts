// Owns how a span ends with what it is about: active while that runs, and never with an error's text,
// which may quote a prompt, a secret or a tool's input (L9).
import { context, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import { NAMES } from "./conventions.ts";

export async function endWith<T>(
  span: Span,
  run: () => Promise<T>,
  describe: (value: T) => void,
): Promise<T> {
  try {
    const value = await context.with(trace.setSpan(context.active(), span), run);
    harmlessly(() => describe(value));
    return value;
  } catch (error) {
    failWith(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** What is wrong with telemetry is no task's trouble. */
export function harmlessly(tell: () => void): void {
  try {
    tell();
  } catch {
    // A span is missing.
  }
}

function failWith(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute(NAMES.ERROR_TYPE, errorType(error));
}

const NAME = /^[A-Za-z_$][\w$.]{0,63}$/;

/** The kind of error, and nothing that somebody may have written into it. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return "error";
  return NAME.test(error.name) ? error.name : "error";
}
