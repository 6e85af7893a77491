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
export const PAGE = 64;
/** Pages that are read side by side: where a page ends is only known once it was read. */
const PAGES_AT_ONCE = 8;

/** One page of `events` and one log read hold at most about this many bytes of JSON. */
const READ_LIMIT_BYTES = 4 * 1024 * 1024;

/** One commit's events, immutable. */
interface LogChunk {
  readonly events: readonly TaskEvent[];
  /** The calls that were ready at the end of this commit were issued right after it. */
  readonly issued?: true;
}

/** Null where the log has none yet. */
type ChunkRead = () => Promise<LogChunk | null>;

/** Of one handler: chunks are immutable, and each read is a round trip to the engine. */
const chunksRead = new WeakMap<ReadContext, Map<number, ChunkRead>>();

/** It is under way from now on. */
function fetchChunk(ctx: ReadContext, firstSeq: number): ChunkRead {
  const reads = chunksRead.get(ctx) ?? new Map<number, ChunkRead>();
  chunksRead.set(ctx, reads);
  const known = reads.get(firstSeq);
  if (known !== undefined) return known;
  const reading = ctx.get<LogChunk>(chunkKey(firstSeq));
  const read: ChunkRead = async () => {
    const chunk = await reading;
    if (chunk !== null && chunk.events.length > 0) return chunk;
    // There may be one later.
    reads.delete(firstSeq);
    return null;
  };
  reads.set(firstSeq, read);
  return read;
}

/** What `readEvents` reads first is under way from now on, beside what else is read before it. */
export function expectEvents(ctx: ReadContext, after: number): void {
  fetchChunk(ctx, pageOf(after + 1));
}

function pageOf(seq: number): number {
  return Math.floor(seq / PAGE) * PAGE;
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
    const chunk = await fetchChunk(ctx, head.nextSeq)();
    if (chunk === null) return head;
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
  const first = range.after + 1;
  const end = Math.min(range.nextSeq, first + range.limit);
  const found: TaskEvent[] = [];
  let room = READ_LIMIT_BYTES;
  // The first page is read alone, and says about how long they are.
  for (let from = pageOf(first), pages = 1; from < end;) {
    const to = Math.min(from + pages * PAGE, end);
    const read = await readPages(ctx, { from, to, first, room });
    found.push(...read.events);
    room -= read.bytes;
    if (!read.isWhole) break;
    from = to;
    pages = Math.min(PAGES_AT_ONCE, Math.max(1, Math.floor(room / Math.max(1, read.bytes))));
  }
  return found;
}

interface PageRange {
  /** The start of a page. */
  readonly from: number;
  readonly to: number;
  /** What lies before it does not count: a page may be longer than the limit. */
  readonly first: number;
  /** In bytes of JSON; what goes beyond ends the reading. */
  readonly room: number;
}

interface PagesRead {
  /** In order, up to the first that is not there or was not read any more. */
  readonly events: readonly TaskEvent[];
  readonly bytes: number;
  readonly isWhole: boolean;
}

/** Along the chunks of each page, and the pages side by side. */
async function readPages(ctx: ReadContext, range: PageRange): Promise<PagesRead> {
  const { from, to, first, room } = range;
  const pages: { at: number; readonly end: number; readonly events: TaskEvent[] }[] = [];
  for (let at = from; at < to; at += PAGE)
    pages.push({ at, end: Math.min(at + PAGE, to), events: [] });
  let bytes = 0;
  for (let open = pages; open.length > 0 && bytes < room;) {
    const fetched = open.map((page) => ({ page, chunk: fetchChunk(ctx, page.at) }));
    open = [];
    for (const { page, chunk } of fetched) {
      const read = await chunk();
      if (read === null) continue;
      const wanted = read.events.filter(({ seq }) => seq >= first && seq < to);
      if (wanted.length > 0) bytes += JSON.stringify(wanted).length;
      page.events.push(...wanted);
      page.at += read.events.length;
      if (page.at < page.end) open.push(page);
    }
  }
  const short = pages.findIndex((page) => page.at < page.end);
  const isWhole = short < 0;
  const read = isWhole ? pages : pages.slice(0, short + 1);
  return { events: read.flatMap(({ events }) => events), bytes, isWhole };
}

/**
 * Puts others in the place of the events of whole pages, from the start of one, before `to`; answers
 * with those that were there.
 */
export async function rewriteChunks(
  ctx: ObjectContext,
  { from, to }: { readonly from: number; readonly to: number },
  change: (event: TaskEvent) => TaskEvent,
): Promise<readonly TaskEvent[]> {
  const were: TaskEvent[] = [];
  for (let at = pageOf(from); at < to;) {
    const chunk = await fetchChunk(ctx, at)();
    if (chunk === null) break;
    const events = chunk.events.map((event) => (event.seq < to ? change(event) : event));
    ctx.set<LogChunk>(chunkKey(at), { ...chunk, events });
    were.push(...chunk.events.filter(({ seq }) => seq < to));
    at += chunk.events.length;
  }
  return were;
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
