// Owns where the task log is kept: immutable chunks in the task's own state (L6, L10).
// A chunk is one commit's events and never crosses a page boundary, so that any position is
// found by arithmetic: from the start of its page along the chunks.
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { TaskEvent } from "../../contract/event.ts";
import { reduce } from "../../core/reduce.ts";
import type { TaskHead } from "../../core/task-head.ts";
import { markIssued } from "../../core/task-head.ts";
import type { ReadContext } from "./read-context.ts";

/** Positions per page. */
const PAGE = 64;

/** One page of `events` and one log read hold at most about this many bytes of JSON. */
const READ_LIMIT_BYTES = 4 * 1024 * 1024;

/** One commit's events, immutable. */
interface LogChunk {
  readonly events: readonly TaskEvent[];
  /** The calls that were ready at the end of this commit were issued right after it. */
  readonly issued?: true;
}

function chunkKey(firstSeq: number): string {
  return `log/${String(firstSeq).padStart(10, "0")}`;
}

/** Writes new events behind the end. */
export function appendEvents(
  ctx: ObjectContext,
  events: readonly TaskEvent[],
  issued: boolean,
): void {
  const chunks = splitAtPages(events);
  for (const [index, chunk] of chunks.entries()) {
    const first = chunk[0];
    if (first === undefined) continue;
    const last = index === chunks.length - 1;
    ctx.set<LogChunk>(chunkKey(first.seq), {
      events: chunk,
      ...(issued && last ? { issued } : {}),
    });
  }
}

/** The head as of the last commit, from the one that was stored some commits earlier. */
export async function catchUp(ctx: ReadContext, stored: TaskHead): Promise<TaskHead> {
  let head = stored;
  for (;;) {
    const chunk = await ctx.get<LogChunk>(chunkKey(head.nextSeq));
    if (chunk === null || chunk.events.length === 0) return head;
    head = chunk.events.reduce(reduce, head);
    if (chunk.issued === true) head = markIssued(head);
  }
}

function splitAtPages(events: readonly TaskEvent[]): readonly (readonly TaskEvent[])[] {
  const chunks: TaskEvent[][] = [];
  for (const event of events) {
    const last = chunks.at(-1);
    if (last === undefined || event.seq % PAGE === 0) chunks.push([event]);
    else last.push(event);
  }
  return chunks;
}

/** Events behind `after`, at most `limit` and before `nextSeq`, from the state. */
export async function readEvents(
  ctx: ReadContext,
  range: { readonly after: number; readonly limit: number; readonly nextSeq: number },
): Promise<TaskEvent[]> {
  const found: TaskEvent[] = [];
  let bytes = 0;
  let at = Math.floor((range.after + 1) / PAGE) * PAGE;
  while (at < range.nextSeq && found.length < range.limit && bytes < READ_LIMIT_BYTES) {
    const chunk = await ctx.get<LogChunk>(chunkKey(at));
    if (chunk === null || chunk.events.length === 0) break;
    const wanted = chunk.events.filter((event) => event.seq > range.after);
    // What lies before the position does not count: a page may be longer than the limit.
    if (wanted.length > 0) bytes += JSON.stringify(wanted).length;
    found.push(...wanted);
    at += chunk.events.length;
  }
  return found.slice(0, range.limit);
}

/** One event by its position. */
export async function readEvent(
  ctx: ReadContext,
  seq: number,
  nextSeq: number,
): Promise<TaskEvent | undefined> {
  const [event] = await readEvents(ctx, { after: seq - 1, limit: 1, nextSeq });
  return event;
}
