// Owns how an event of the task log is shown to somebody who watches: in one short line.
import type {
  EventData,
  EventType,
  ModelAnswer,
  StoredPart,
  StoredText,
  TaskEvent,
} from "../../index.ts";

const ARGUMENTS_WIDTH = 80;
const SUBJECT_WIDTH = 9;

/** One line, or undefined for what a watcher can do without. */
export function eventLine(event: TaskEvent): string | undefined {
  // Each entry takes the data of its own type, by construction of the table.
  const describe = DESCRIBE[event.type] as ((data: unknown) => string) | undefined;
  if (describe === undefined) return undefined;
  const time = new Date(event.at).toISOString().slice(11, 23);
  const subject = event.type.slice(0, event.type.indexOf(".")).padEnd(SUBJECT_WIDTH);
  return `  ${time}  ${subject} ${describe(event.data).replace(/\s+/g, " ")}`;
}

const DESCRIBE: { readonly [T in EventType]?: (data: EventData[T]) => string } = {
  "message.received": ({ parts }) => parts.map(partText).join(" "),
  "segment.started": ({ segment, invocationId }) => `${segment} starts (${invocationId})`,
  "segment.lost": ({ segment, cause }) => `${segment} was lost: ${cause}`,
  "model.answered": ({ answer }) => answerText(answer),
  "model.failed": ({ code, kind }) => `${code} (${kind})`,
  "call.refused": ({ tool, message }) => `${tool} was refused: ${message}`,
  "tool.returned": (returned) =>
    `${returned.tool}: ${outcomeText(returned)}, ${returned.durationMs} ms`,
  "call.blocked": ({ tool, code, reason }) => `${tool} did nothing: ${reason} (${code})`,
  "call.repeated": ({ tool, attempt }) => `${tool} is tried again (attempt ${attempt})`,
  "effect.reconciled": ({ tool, outcome }) => `${tool} is looked up by its key: ${outcome}`,
  "effect.stated": ({ tool, outcome }) => `${tool}: a person says ${outcome}`,
  "approval.requested": ({ tool, effect, request }) =>
    `${tool} needs one (${effect})${request === 1 ? "" : `, request ${request}`}`,
  "approval.stale": ({ changes }) =>
    `is stale, since this has changed: ${changes.map(({ what }) => what).join(", ")}`,
  "approval.expired": () => "has expired",
  "approval.refused": ({ decision, by, reason }) => `${decision} by ${by ?? "nobody"}: ${reason}`,
  "approval.decided": ({ decision, by }) => `${decision}${by === undefined ? "" : ` by ${by}`}`,
  "approval.mismatch": ({ reason }) => `a decision changed nothing: ${reason}`,
  "budget.denied": ({ level, dimension, limit }) =>
    `has no room: the ${level} may have ${limit} ${dimension}`,
  "task.parked": ({ status }) => `is ${status}`,
  "task.cancelled": () => "is cancelled",
  "turn.completed": ({ turn }) => `${turn} is completed`,
  "turn.failed": ({ turn, message, code }) => `${turn} failed: ${message} (${code})`,
};

function outcomeText(returned: EventData["tool.returned"]): string {
  if (returned.outcome === "error") return `${returned.outcome}, ${returned.message}`;
  if (returned.outcome === "unknown") return `${returned.outcome}, ${returned.reason}`;
  const via = returned.outcome === "ok" ? returned.via : undefined;
  return via === undefined ? returned.outcome : `${returned.outcome} (${via})`;
}

function answerText({ text, calls }: ModelAnswer): string {
  if (calls.length === 0) return `says: ${text === undefined ? "" : textOf(text)}`;
  const asked = calls.map((call) => `${call.name}(${shortened(textOf(call.arguments))})`);
  return `asks for ${asked.join(", ")}`;
}

function shortened(text: string): string {
  return text.length > ARGUMENTS_WIDTH ? `${text.slice(0, ARGUMENTS_WIDTH - 3)}...` : text;
}

function textOf(stored: StoredText): string {
  return "text" in stored ? stored.text : `${stored.artifact.size} bytes`;
}

function partText(part: StoredPart): string {
  return part.type === "text" ? textOf(part.body) : part.type;
}
