// Owns what a reader of one task's stream is sent, in which order: the log's events, each once and none
// left out, and beside them the text that the model is writing (docs/decisions/0019-streams.md).
import type { EventsPage } from "../../contract/api.ts";
import type { EventType } from "../../contract/event.ts";
import type { LiveFeed, LiveText } from "../../contract/live.ts";
import { createBell } from "./bell.ts";
import type { EventSink } from "./event-sink.ts";

/** How often the log is looked at where nobody tells, and where hints may have been lost, in milliseconds. */
const LOOK_MS = { alone: 1_000, told: 5_000 };
/** What was hinted at is in the state soon: first and longest pause between two looks, in milliseconds. */
const SOON_MS = { first: 20, longest: 500 };
/** Pieces that wait for a slow reader; of more the text is left out, and comes with the log. */
const MAX_PIECES = 2_000;

const ENDS: ReadonlySet<EventType> = new Set([
  "task.completed",
  "task.cancelled",
  "task.killed",
  "task.retired",
]);

export interface Followed {
  readonly task: { readonly agent: string; readonly taskId: string };
  /** Events behind this position. */
  readonly after: number;
  readonly feed: LiveFeed | undefined;
  readonly readPage: (after: number) => Promise<EventsPage>;
  /** Whether the task had ended before. */
  readonly isOver: boolean;
}

/** Resolves when the task has ended and all of its log is sent, or the signal aborts. */
export async function followTask(
  { task, after, feed, readPage, ...before }: Followed,
  sink: EventSink,
  signal: AbortSignal,
): Promise<void> {
  const bell = createBell();
  const pieces: LiveText[] = [];
  const text = createTextTeller(sink);
  let cursor = after;
  let told = 0;
  let pause = SOON_MS.first;
  let lookAt = 0;
  let { isOver } = before;
  const stop = feed?.follow(task, (news) => {
    if (news.kind === "text") pieces.push(news);
    else {
      told = Math.max(told, news.nextSeq);
      pause = SOON_MS.first;
      lookAt = 0;
    }
    bell.ring();
  });
  try {
    while (!signal.aborted) {
      if (Date.now() >= lookAt) {
        const page = await readPage(cursor);
        for (const event of page.events) {
          await sink.send({ event: "log", data: event, id: String(event.seq) });
          cursor = event.seq;
          isOver ||= ENDS.has(event.type);
        }
        if (page.more) continue;
        if (isOver) {
          await sink.send({ event: "end", data: { cursor } });
          return;
        }
        const behind = told > cursor + 1;
        lookAt = Date.now() + (behind ? pause : feed === undefined ? LOOK_MS.alone : LOOK_MS.told);
        pause = Math.min(pause * 2, SOON_MS.longest);
      }
      if (pieces.length > MAX_PIECES) pieces.length = 0;
      for (const piece of pieces.splice(0)) await text(piece);
      await bell.wait(Math.max(0, lookAt - Date.now()), signal);
    }
  } finally {
    stop?.();
  }
}

/** Sends what follows on what was sent; of an attempt that was begun anew it says so first. */
function createTextTeller({ send }: EventSink): (piece: LiveText) => Promise<void> {
  let current:
    | { readonly step: number; readonly attempt: string; readonly end: number }
    | undefined;
  return async ({ step, attempt, at, text }) => {
    const same = current?.attempt === attempt;
    if (at !== (same ? (current?.end ?? 0) : 0)) return;
    if (!same && current?.step === step)
      await send({ event: "restarted", data: { step, attempt } });
    current = { step, attempt, end: at + text.length };
    await send({ event: "text", data: { step, attempt, at, text } });
  };
}
