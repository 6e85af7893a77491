// Owns the lines of the work itself: what was said, what the model answered, and what tools returned.
import type { StoredPart } from "../../../contract/message.ts";
import type { EventData } from "../../../contract/event.ts";
import { bytes, count, spanWords } from "../../controls/time-words.ts";
import type { Tone } from "../../controls/status.ts";
import { actorName, type Line, type Lines, noted, some, text } from "./line.ts";

function partsText(parts: readonly StoredPart[]): Pick<Line, "body"> {
  const [only] = parts;
  if (parts.length === 1 && only?.type === "text") return { body: only.body };
  const words = parts.map((part) => {
    if (part.type !== "text") return `[${part.type}, ${bytes(part.artifact.size)}]`;
    return "text" in part.body ? part.body.text : `[text, ${bytes(part.body.artifact.size)}]`;
  });
  return text(words.join("\n"));
}

function answered(data: EventData["model.answered"]): Line {
  const { step, answer, usage, durationMs, model, fallbacks } = data;
  const calls = answer.calls.map(({ name, arguments: given, check }) => ({
    tool: name,
    arguments: given,
    ...(check.ok ? {} : { refused: check.message }),
  }));
  const asks = calls.length === 0 ? "" : `asks for ${some(calls.length, "call")}`;
  const body = answer.text ?? (answer.refusal === undefined ? undefined : { text: answer.refusal });
  const says = answer.refusal !== undefined ? "declines" : body === undefined ? "" : "answers";
  return {
    kind: "model",
    title: `Model ${[says, asks].filter((part) => part !== "").join(" and ") || "says nothing"}`,
    ...(body === undefined ? {} : { body }),
    ...(calls.length === 0 ? {} : { calls }),
    ...noted(
      `step ${step}`,
      model,
      `${count(usage.inputTokens)} tokens in, ${count(usage.outputTokens)} out`,
      spanWords(durationMs),
      fallbacks.length === 0 ? undefined : `after ${some(fallbacks.length, "other model")}`,
    ),
  };
}

const OUTCOME = {
  ok: "good",
  error: "bad",
  unknown: "bad",
  cancelled: "calm",
} as const satisfies Record<string, Tone>;

function returned(data: EventData["tool.returned"]): Line {
  const { tool, outcome, durationMs, attempt, via } = data;
  const words = {
    ok: "returns",
    error: "fails",
    unknown: "has an unknown outcome",
    cancelled: "is cancelled",
  }[outcome];
  const body =
    data.outcome === "ok"
      ? { body: data.result }
      : text(
          data.outcome === "error"
            ? `${data.code}: ${data.message}`
            : data.outcome === "unknown"
              ? data.reason
              : undefined,
        );
  return {
    kind: "tool",
    title: `${tool} ${words}`,
    tone: OUTCOME[outcome],
    ...body,
    ...noted(
      data.effect === "read" ? undefined : data.effect,
      spanWords(durationMs),
      attempt > 1 ? `attempt ${attempt}` : undefined,
      via === undefined ? undefined : `by ${via}`,
    ),
  };
}

export const WORK_LINES: Lines = {
  "message.received": ({ parts, turn, mode }, event) => ({
    kind: "message",
    title: `${actorName(event)} says`,
    ...partsText(parts),
    ...noted(`turn ${turn}`, mode),
  }),
  "message.queued": ({ parts }, event) => ({
    kind: "message",
    title: `${actorName(event)} says, for a later turn`,
    ...partsText(parts),
  }),
  "message.refused": ({ status }) => ({
    kind: "message",
    title: "A message came too late",
    ...noted(`the task is ${status}`),
  }),
  "model.answered": answered,
  "model.failed": ({ step, kind, code, model }) => ({
    kind: "model",
    title: kind === "wait" ? "Model is not to be had now" : "Model cannot be asked",
    tone: kind === "wait" ? "warn" : "bad",
    ...noted(`step ${step}`, model, code),
  }),
  "model.aborted": ({ step }) => ({
    kind: "model",
    title: "Model call given up",
    ...noted(`step ${step}`),
  }),
  "answer.rejected": ({ reason, note, step }) => ({
    kind: "model",
    title: "Answer is of no use",
    tone: "warn",
    ...text(note),
    ...noted(`step ${step}`, reason),
  }),
  "call.refused": ({ tool, code, message }) => ({
    kind: "tool",
    title: `${tool} is refused`,
    tone: "warn",
    ...text(message),
    ...noted(code),
  }),
  "call.repeated": ({ tool, attempt }, { reason }) => ({
    kind: "tool",
    title: `${tool} is tried again`,
    ...noted(`attempt ${attempt}`, reason),
  }),
  "call.blocked": ({ tool, code, reason }) => ({
    kind: "tool",
    title: `${tool} is held back`,
    tone: "warn",
    ...text(reason),
    ...noted(code),
  }),
  "tool.returned": returned,
  "effect.reconciled": ({ tool, outcome, reason }) => ({
    kind: "tool",
    title: `${tool} says of its effect: ${outcome}`,
    tone: outcome === "unknown" ? "bad" : "good",
    ...text(reason),
  }),
  "effect.compensated": ({ tool, outcome, reason }) => ({
    kind: "tool",
    title: outcome === "undone" ? `${tool} is undone` : `${tool} is not undone: ${outcome}`,
    tone: outcome === "undone" ? "good" : "bad",
    ...text(reason),
  }),
  "compensation.blocked": ({ tool, reason }) => ({
    kind: "tool",
    title: `Undoing ${tool} is held back`,
    tone: "warn",
    ...text(reason),
  }),
};
