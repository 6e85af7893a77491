// Owns the assembly of the context: what the model is sent, as a function of the task log
// alone. Bounding it (compaction) will live here too.
import type { StoredText } from "../contract/artifact.ts";
import type { EventData, TaskEvent } from "../contract/event.ts";
import type { ContextMessage, ModelAnswer } from "../contract/model.ts";
import { sharedOrdinal } from "./shared-call.ts";

/** The context that a log makes. Calls and their results are never apart. */
export function assembleContext(events: readonly TaskEvent[]): ContextMessage[] {
  const index = indexResults(events);
  const context: ContextMessage[] = [];
  for (const event of events) {
    if (event.type === "message.received") context.push({ role: "user", parts: event.data.parts });
    if (event.type === "model.answered" && !index.dropped.has(event.data.step)) {
      context.push({ role: "assistant", answer: event.data.answer });
      context.push(...resultsOf(event.data.answer, event.data.step, index));
    }
    if (event.type === "answer.rejected" && event.data.note !== undefined) {
      context.push({ role: "developer", text: event.data.note });
    }
  }
  return context;
}

interface ResultIndex {
  /** Steps whose answer the model does not see again. */
  readonly dropped: ReadonlySet<number>;
  /** `step/ordinal` to what the model reads as the call's result. */
  readonly results: ReadonlyMap<string, StoredText>;
}

function indexResults(events: readonly TaskEvent[]): ResultIndex {
  const dropped = new Set<number>();
  const results = new Map<string, StoredText>();
  const put = (
    at: { readonly step: number; readonly ordinal: number },
    result: StoredText,
  ): void => {
    results.set(`${at.step}/${at.ordinal}`, result);
  };
  const places = new Map<string, { readonly step: number; readonly ordinal: number }>();
  for (const event of events) {
    if (event.type === "answer.rejected" && !event.data.keepAnswer) dropped.add(event.data.step);
    if (event.type === "call.refused")
      put(event.data, errorText(event.data.code, event.data.message));
    if (event.type === "approval.requested") places.set(event.data.operationId, event.data);
    if (event.type === "tool.returned") put(event.data, resultText(event.data));
    if (event.type === "approval.decided" && event.data.decision === "reject") {
      const place = places.get(event.data.operationId);
      const said = event.data.message === undefined ? "" : ` ${event.data.message}`;
      if (place !== undefined)
        put(place, errorText("rejected", `A person rejected this call.${said}`));
    }
  }
  return { dropped, results };
}

function resultsOf(answer: ModelAnswer, step: number, index: ResultIndex): ContextMessage[] {
  return answer.calls.map((call, ordinal) => {
    const result = index.results.get(`${step}/${sharedOrdinal(answer.calls, ordinal)}`);
    // A provider refuses a call without a result, so one that was never made says so.
    return {
      role: "tool",
      callId: call.callId,
      result: result ?? errorText("not_executed", "This call was not executed."),
    };
  });
}

function resultText(returned: EventData["tool.returned"]): StoredText {
  switch (returned.outcome) {
    case "ok":
      return returned.excerpt === undefined ? returned.result : { text: returned.excerpt };
    case "error":
      return errorText(returned.code, returned.message);
    case "unknown":
      return errorText("outcome_unknown", "It is not known whether this call had an effect.");
    case "cancelled":
      return errorText("cancelled", "This call was cancelled.");
  }
}

function errorText(code: string, message: string): StoredText {
  return { text: JSON.stringify({ error: code, message }) };
}
