// Owns how an event of the task log is shown to people: in one line, whatever its type. What is not a
// short value is in --json.
import type { TaskEvent } from "../../contract/event.ts";
import { safeText } from "./safe-text.ts";
import type { Terminal } from "./terminal.ts";
import { timeText } from "./time-text.ts";

const MAX_VALUE = 80;
/** Of the data, in the order of the event. */
const MAX_FIELDS = 6;
const DIGEST = /^[0-9a-f]{64}$/;
const SHORT = 12;

export function eventText(terminal: Terminal, event: TaskEvent): string {
  const { seq, at, type, actor, reason } = event;
  const who = actor.id === undefined ? actor.kind : `${actor.kind} ${actor.id}`;
  const fields = Object.entries(event.data).flatMap(([name, value]) => {
    const text = valueText(value);
    return text === undefined ? [] : [`${name}=${text}`];
  });
  const why = reason === undefined ? "" : ` (${reason})`;
  const data = terminal.dim(safeText(fields.slice(0, MAX_FIELDS).join(" ")));
  return `${String(seq).padStart(5)}  ${timeText(at)}  ${type.padEnd(20)}  ${safeText(who + why)}  ${data}`;
}

function valueText(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return shortened(value);
  const text = textIn(value);
  return text === undefined ? undefined : shortened(text);
}

/** The words of a message or of an answer. */
function textIn(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.length === 1 ? textIn(value[0]) : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  if ("text" in value) return typeof value.text === "string" ? value.text : textIn(value.text);
  return "body" in value ? textIn(value.body) : undefined;
}

function shortened(text: string): string {
  if (DIGEST.test(text)) return text.slice(0, SHORT);
  const shown = text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE - 3)}...` : text;
  return /^[\w.:/@+-]+$/.test(shown) ? shown : JSON.stringify(shown);
}
