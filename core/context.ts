// Owns the assembly of the context: what the model is sent, as a function of the task log
// alone. Bounding it (compaction) will live here too.
import type { StoredText } from "../contract/artifact.ts";
import type { CallPosition, EventData, TaskEvent } from "../contract/event.ts";
import { isoTime } from "../contract/iso-time.ts";
import type { ContextMessage, ModelAnswer } from "../contract/model.ts";
import { editIn } from "./proposed-call.ts";
import { reviewedOf } from "./review/review-note.ts";
import { sharedOrdinal } from "./shared-call.ts";
import { endedText, startedText } from "./wait/background-text.ts";
import { isBackgrounded } from "./wait/wait-terms.ts";

/** The context that a log makes. Calls and their results are never apart. */
export function assembleContext(events: readonly TaskEvent[]): ContextMessage[] {
  const index = indexResults(events);
  const context: ContextMessage[] = [];
  const undone: EventData["effect.compensated"][] = [];
  for (const event of events) {
    if (event.type === "message.received" && !index.quarantined.has(event.seq))
      context.push({ role: "user", parts: event.data.parts });
    if (event.type === "model.answered" && !index.dropped.has(event.data.step)) {
      context.push({ role: "assistant", answer: event.data.answer });
      context.push(...resultsOf(event.data.answer, event.data.step, index));
      context.push(...editsOf(event.data.answer, event.data.step, index));
      context.push(...statedOf(event.data.step, index));
    }
    if (event.type === "tool.returned" && index.background.has(event.data.operationId))
      context.push(endOf(event.data, event.at));
    if (event.type === "answer.rejected" && event.data.note !== undefined) {
      context.push({ role: "developer", text: event.data.note });
    }
    if (event.type === "review.closed" || event.type === "turn.completed")
      context.push(...reviewedOf(event));
    if (event.type === "effect.compensated") undone.push(event.data);
    if (event.type === "task.rolled-back" && undone.length > 0) {
      context.push({ role: "developer", text: rolledBack(undone.splice(0)) });
    }
  }
  return context;
}

const ROLLED_BACK = "The effects of earlier calls were rolled back";
const APPROVED = "A person approved";
const STATED = "A person stated the result of";

/** Whether a note tells what became of calls, and does not stand in the place of an answer. */
export function isAboutCalls(note: string): boolean {
  return [ROLLED_BACK, APPROVED, STATED].some((each) => note.startsWith(each));
}

/** Calls of a rollback that the model is told of one by one. */
const TOLD = 50;

function rolledBack(undone: readonly EventData["effect.compensated"][]): string {
  const each = undone.slice(0, TOLD).map(({ tool, callId, outcome }) => {
    return `${tool} (call ${callId}): ${SAID_OF[outcome]}`;
  });
  const more = undone.length > TOLD ? [`${undone.length - TOLD} more`] : [];
  const list = [...each, ...more].join("; ");
  return `${ROLLED_BACK} by a person, the last first. ${list}.`;
}

const SAID_OF = {
  undone: "undone",
  committed: "could not be undone any more",
  unknown: "it is not known whether it was undone",
} as const;

interface ResultIndex {
  /** Steps whose answer the model does not see again. */
  readonly dropped: ReadonlySet<number>;
  /** `step/ordinal` to what the model reads as the call's result. */
  readonly results: ReadonlyMap<string, StoredText>;
  /** `step/ordinal` to the arguments with which it was executed instead of the model's own. */
  readonly edits: ReadonlyMap<string, StoredText>;
  /** Operations whose call was answered before they ended: how they end is a message of its own. */
  readonly background: ReadonlySet<string>;
  /** Calls whose result a person has stated by hand. */
  readonly stated: readonly CallPosition[];
  /** Positions of messages that no segment got past. */
  readonly quarantined: ReadonlySet<number>;
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
  /** By digest, which is of one call only. */
  const edited = new Map<string, StoredText>();
  const edits = new Map<string, StoredText>();
  const stated: CallPosition[] = [];
  const quarantined = new Set<number>();
  const background = new Set<string>();
  const deny = (operationId: string, code: string, message: string): void => {
    const place = places.get(operationId);
    if (place !== undefined) put(place, errorText(code, message));
  };
  for (const event of events) {
    if (event.type === "answer.rejected" && !event.data.keepAnswer) dropped.add(event.data.step);
    if (event.type === "call.refused" || event.type === "call.withdrawn")
      put(event.data, errorText(event.data.code, event.data.message));
    if (event.type === "wait.opened" && isBackgrounded(event.data.wait)) {
      background.add(event.data.operationId);
      put(event.data, startedText(event.data));
    }
    const isBeside = "operationId" in event.data && background.has(event.data.operationId);
    if (event.type === "operation.overridden" && !isBeside) stated.push(event.data);
    if (event.type === "message.quarantined") quarantined.add(event.data.seq);
    if (event.type === "approval.requested") places.set(event.data.operationId, event.data);
    if (event.type === "tool.returned" && !isBeside) put(event.data, resultText(event.data));
    const edit = editIn(event);
    if (edit !== undefined) edited.set(edit.digest, edit.arguments);
    if (event.type === "approval.decided") {
      const { operationId, decision, digest, message } = event.data;
      const said = message === undefined ? "" : ` ${message}`;
      if (decision === "reject")
        deny(operationId, "rejected", `A person rejected this call.${said}`);
      const place = places.get(operationId);
      const instead = edited.get(digest);
      if (decision === "approve" && place !== undefined && instead !== undefined)
        edits.set(`${place.step}/${place.ordinal}`, instead);
    }
    if (event.type === "approval.expired")
      deny(event.data.operationId, "approval_expired", EXPIRED);
    if (event.type === "approval.blocked") {
      const why = `This call could not be put before a person: ${event.data.reason}.`;
      deny(event.data.operationId, "approval_blocked", why);
    }
  }
  return { dropped, results, edits, background, stated, quarantined };
}

function endOf(data: EventData["tool.returned"], at: number): ContextMessage {
  return { role: "result", text: endedText(data, isoTime(at)), result: resultText(data) };
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

const EXPIRED = "Nobody approved this call in time, so it was not executed.";

/** The model must not believe that the tool itself has answered. */
function statedOf(step: number, { stated }: ResultIndex): ContextMessage[] {
  return stated
    .filter((each) => each.step === step)
    .map(({ tool, callId }) => ({
      role: "developer",
      text: `${STATED} ${tool} (call ${callId}) by hand; the tool did not answer it.`,
    }));
}

/** The model must not believe that its own arguments had this result. */
function editsOf(
  answer: ModelAnswer,
  step: number,
  { edits, results }: ResultIndex,
): ContextMessage[] {
  return answer.calls.flatMap(({ callId, name }, ordinal): ContextMessage[] => {
    const place = `${step}/${sharedOrdinal(answer.calls, ordinal)}`;
    const instead = edits.get(place);
    if (instead === undefined || !results.has(place)) return [];
    const given = "text" in instead ? instead.text : "(too long to be shown here)";
    const text = `${APPROVED} ${name} (call ${callId}) with other arguments than yours, and its result is that of: ${given}`;
    return [{ role: "developer", text }];
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
      return returned.interrupted === true
        ? errorText("interrupted", "A message interrupted this call before it had an effect.")
        : errorText("cancelled", "This call was cancelled.");
  }
}

function errorText(code: string, message: string): StoredText {
  return { text: JSON.stringify({ error: code, message }) };
}
