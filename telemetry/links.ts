// Owns the links between a task's own trace and the one of whoever called, such as the engine's or a
// client's: each leads to the other, and neither is longer for it.
import { isSpanContextValid, type Span } from "@opentelemetry/api";
import { NAMES } from "./conventions.ts";

export function linkBoth(span: Span, caller: Span | undefined): void {
  if (caller === undefined || !isSpanContextValid(caller.spanContext())) return;
  span.addLink({ context: caller.spanContext(), attributes: { [NAMES.LINK]: "invocation" } });
  caller.addLink({ context: span.spanContext(), attributes: { [NAMES.LINK]: "task" } });
}
