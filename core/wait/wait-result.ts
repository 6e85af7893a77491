// Owns what the model reads of the end of a wait. It always says what time it is: days may have
// passed since the model asked.
import type { StoredText } from "../../contract/artifact.ts";
import type { EventNotice } from "../../contract/inbox.ts";
import { inWords, isoTime } from "../../contract/iso-time.ts";
import type { ToolResult } from "../../contract/tool.ts";

/** When a wait ended. Milliseconds, times since the epoch. */
export interface EndTime {
  readonly now: number;
  /** When what ended it was due, or came. */
  readonly dueAt: number;
  /** Only of an end that is taken in much later than it was due. */
  readonly lateMs?: number;
}

export type WaitResult = Pick<ToolResult, "result" | "mediaType" | "excerpt">;

export function timerResult(time: EndTime): WaitResult {
  const { now, dueAt } = time;
  return json({ outcome: "time_reached", due: isoTime(dueAt), now: isoTime(now), ...late(time) });
}

export function eventResult(
  time: EndTime,
  { eventId, receivedAt, payload }: Pick<EventNotice, "eventId" | "receivedAt" | "payload">,
): WaitResult {
  const { now } = time;
  const said = { eventId, receivedAt: isoTime(receivedAt), now: isoTime(now), ...late(time) };
  if ("text" in payload) return merged(said, "payload", payload.text);
  const mediaType = "application/json";
  if (time.lateMs === undefined) return { result: payload, mediaType };
  // The warning must be read; the payload can be asked for again.
  const { sha256, size } = payload.artifact;
  const excerpt = JSON.stringify({ ...said, payload: { omitted: true, sha256, size } });
  return { result: payload, mediaType, excerpt };
}

export function answerResult(
  now: number,
  { answer, by }: { readonly answer: StoredText; readonly by: string },
): WaitResult {
  if ("text" in answer) return merged({ by, now: isoTime(now) }, "answer", answer.text);
  return { result: answer, mediaType: "application/json" };
}

/** `made`: the call had its effect before it waited. */
export function timedOut(time: EndTime, made: boolean): string {
  const { now, dueAt } = time;
  const { late: warning } = late(time);
  const said = `${madeBefore(made)}Nothing came by ${isoTime(dueAt)}; it is ${isoTime(now)} now.`;
  return warning === undefined ? said : `${said} ${warning}`;
}

/** Of a wait for operations, which go on. */
export function notEnded({ now, dueAt }: EndTime): string {
  return `What was waited for had not ended by ${isoTime(dueAt)}; it is ${isoTime(now)} now. It goes on in the background.`;
}

export function withdrawn(reason: string, made = false): string {
  return `${madeBefore(made)}It was withdrawn before it had a result: ${reason}`;
}

function madeBefore(made: boolean): string {
  return made ? "The call itself was made, and must not be made again for this. " : "";
}

/** What was assumed when the wait began may not hold any more (R40). */
function late({ lateMs }: EndTime): { readonly late?: string } {
  if (lateMs === undefined) return {};
  const after = inWords(lateMs);
  return {
    late: `You read this ${after} after it was due. Do not act on what you assumed before: look again at how things are, and plan anew.`,
  };
}

function json(value: object): WaitResult {
  return { result: { text: JSON.stringify(value) }, mediaType: "application/json" };
}

/** With a value that is JSON text already, which is not parsed: its numbers stay as they are. */
function merged(said: object, name: string, text: string): WaitResult {
  const head = JSON.stringify(said).slice(0, -1);
  const result = { text: `${head},${JSON.stringify(name)}:${text}}` };
  return { result, mediaType: "application/json" };
}
