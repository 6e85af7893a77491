// Owns the spans of model calls: one per request to a provider, under the step that it is made for. A
// call that is replayed from a journal makes none, since nobody is asked.
import { context, createContextKey, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Attributes, Context, Span } from "@opentelemetry/api";
import type { ModelProvider, ModelRequest, ProviderReply } from "../contract/model.ts";
import type { CallModel, ModelCall } from "../contract/port.ts";
import { messageAttributes, replyAttributes } from "./content.ts";
import { NAMES, OPERATIONS } from "./conventions.ts";
import { endWith } from "./end-span.ts";
import type { SpanSource } from "./tracing.ts";
import { stepSpan } from "./span-ids.ts";

const CALL = createContextKey("holdfast.model-call");

/** The requests that are made within are the step's. */
export function traceModelCall(callModel: CallModel): CallModel {
  return (call, signal) => context.with(contextOf(call), () => callModel(call, signal));
}

function contextOf(call: ModelCall): Context {
  const parent = trace.setSpanContext(context.active(), stepSpan(call.taskUid, call.step));
  return parent.setValue(CALL, call);
}

export function traceProvider(source: SpanSource) {
  return (name: string, provider: ModelProvider): ModelProvider => ({
    call: async (request, signal, hear) => {
      const span = source.tracer.startSpan(`${OPERATIONS.CHAT} ${request.model}`, {
        kind: SpanKind.CLIENT,
        attributes: { [NAMES.PROVIDER]: name, ...requestAttributes(request) },
      });
      if (source.content) span.setAttributes(messageAttributes(request));
      return endWith(
        span,
        () => provider.call(request, signal, hear),
        (reply) => {
          describeReply(span, reply);
          if (source.content && reply.kind === "answered")
            span.setAttributes(replyAttributes(reply));
        },
      );
    },
  });
}

function requestAttributes({ model, maxOutputTokens }: ModelRequest): Attributes {
  const call = context.active().getValue(CALL) as ModelCall | undefined;
  return {
    [NAMES.OPERATION]: OPERATIONS.CHAT,
    [NAMES.REQUEST_MODEL]: model,
    [NAMES.MAX_TOKENS]: maxOutputTokens,
    [NAMES.AGENT]: call?.agent,
    [NAMES.TASK]: call?.taskId,
    [NAMES.CONVERSATION]: call?.taskUid,
    [NAMES.STEP]: call?.step,
  };
}

function describeReply(span: Span, reply: ProviderReply): void {
  if (reply.kind !== "answered") {
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttribute(NAMES.ERROR_TYPE, reply.code);
    if ("status" in reply && reply.status !== undefined)
      span.setAttribute(NAMES.HTTP_STATUS, reply.status);
    return;
  }
  const { usage } = reply;
  span.setAttributes({
    [NAMES.RESPONSE_MODEL]: reply.model,
    [NAMES.FINISH_REASONS]: [reply.finish],
    [NAMES.INPUT_TOKENS]: usage.inputTokens,
    [NAMES.OUTPUT_TOKENS]: usage.outputTokens,
    [NAMES.CACHED_TOKENS]: usage.cachedInputTokens,
    [NAMES.REASONING_TOKENS]: usage.reasoningTokens,
  });
}
