// Owns what the console knows of one task's log while it reads it: the events in order, each once, and the text
// that the model is writing. Pure; who reads the stream is use-task-log.ts.
import type { TaskEvent } from "../../contract/event.ts";
import type { StreamEvent } from "../api/sse-lines.ts";

/** What the model is writing. */
export interface Writing {
  readonly step: number;
  readonly attempt: string;
  readonly text: string;
}

export interface LogView {
  /** The same array for ever, which only grows: what has changed is its length. */
  readonly events: readonly TaskEvent[];
  readonly length: number;
  readonly writing: Writing | undefined;
  /** The task has ended, and this is all of it. */
  readonly ended: boolean;
}

export interface TaskLog {
  take(event: StreamEvent): void;
  /** Another object after each change. */
  view(): LogView;
}

export function createTaskLog(): TaskLog {
  const events: TaskEvent[] = [];
  let view: LogView = { events, length: 0, writing: undefined, ended: false };
  let changed = false;
  let writing: Writing | undefined;
  let ended = false;
  /** Text of a step that is answered is told once more to who comes later. */
  let answered = 0;
  const takeLog = (event: TaskEvent): void => {
    // What came before a reader was cut off comes once.
    if (event.seq !== events.length) return;
    events.push(event);
    // Steps are counted from it anew.
    if (event.type === "message.received") answered = 0;
    if (event.type === "model.answered" && event.erased === undefined)
      answered = Math.max(answered, event.data.step);
    if (event.type.startsWith("model.")) writing = undefined;
  };
  const takeText = (piece: Piece): void => {
    if (piece.step > answered) writing = written(writing, piece);
  };
  return {
    take({ event, data }) {
      changed = true;
      if (event === "log") takeLog(JSON.parse(data) as TaskEvent);
      else if (event === "text") takeText(JSON.parse(data) as Piece);
      else if (event === "restarted") writing = undefined;
      else if (event === "end") ended = true;
    },
    view() {
      if (changed) view = { events, length: events.length, writing, ended };
      changed = false;
      return view;
    },
  };
}

interface Piece extends Writing {
  /** UTF-16 units of the attempt's text before it. */
  readonly at: number;
}

/** A piece that follows on no other begins anew (docs/streams.md). */
function written(before: Writing | undefined, { step, attempt, at, text }: Piece): Writing {
  const follows = before?.attempt === attempt && before.text.length === at;
  return { step, attempt, text: follows ? before.text + text : text };
}
