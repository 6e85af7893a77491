// Owns where the task log is kept: immutable chunks in the task's own state (L6, L10).
// A chunk is one commit's events and never crosses a page boundary, so that any position is
// found by arithmetic: from the start of its page along the chunks. The entries of a task that rests may
// be in volumes (archive.ts), each in the place of some chunks.
import type { ObjectContext } from "@restatedev/restate-sdk";
import { VOLUME_BYTES, type VolumeRef } from "../../contract/archive.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { reduce } from "../../core/reduce.ts";
import type { TaskHead } from "../../core/task-head.ts";
import { markIssued } from "../../core/task-head.ts";
import type { ReadContext } from "./read-context.ts";
import { readVolume } from "./volumes.ts";

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
  /** Where its entries are; then there are none here. */
  readonly volume?: VolumeRef;
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
    if (chunk !== null && lengthOf(chunk) > 0) return chunk;
    // There may be one later.
    reads.delete(firstSeq);
    return null;
  };
  reads.set(firstSeq, read);
  return read;
}

function lengthOf({ events, volume }: LogChunk): number {
  return volume?.count ?? events.length;
}

type EventsRead = () => Promise<readonly TaskEvent[]>;

/** Of volumes: each is asked for once in a handler. */
const opened = new WeakMap<LogChunk, EventsRead>();

/** Its entries; those of a volume are under way from now on. */
function openChunk(ctx: ReadContext, chunk: LogChunk): EventsRead {
  const { volume, events } = chunk;
  if (volume === undefined) return async () => events;
  const known = opened.get(chunk);
  if (known !== undefined) return known;
  const read = readVolume(ctx, volume);
  opened.set(chunk, read);
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
    head = (await openChunk(ctx, chunk)()).reduce(reduce, head);
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
    const found: { readonly page: (typeof pages)[number]; readonly events: EventsRead }[] = [];
    for (const { page, chunk } of fetched) {
      const read = await chunk();
      if (read !== null) found.push({ page, events: openChunk(ctx, read) });
    }
    open = [];
    for (const { page, events } of found) {
      const read = await events();
      const wanted = read.filter(({ seq }) => seq >= first && seq < to);
      if (wanted.length > 0) bytes += JSON.stringify(wanted).length;
      page.events.push(...wanted);
      page.at += read.length;
      if (page.at < page.end) open.push(page);
    }
  }
  const short = pages.findIndex((page) => page.at < page.end);
  const isWhole = short < 0;
  const read = isWhole ? pages : pages.slice(0, short + 1);
  return { events: read.flatMap(({ events }) => events), bytes, isWhole };
}

/** Events, and the volumes that they are in. */
interface StoredEvents {
  readonly events: readonly TaskEvent[];
  readonly volumes: readonly VolumeRef[];
}

/** The events of whole pages, from the start of one, before `to`. */
export async function readChunks(
  ctx: ReadContext,
  { from, to }: { readonly from: number; readonly to: number },
  seen?: (at: number, chunk: LogChunk, events: readonly TaskEvent[]) => void,
): Promise<StoredEvents> {
  const events: TaskEvent[] = [];
  const volumes: VolumeRef[] = [];
  for (let at = pageOf(from); at < to;) {
    const chunk = await fetchChunk(ctx, at)();
    if (chunk === null) break;
    const read = await openChunk(ctx, chunk)();
    if (chunk.volume !== undefined) volumes.push(chunk.volume);
    seen?.(at, chunk, read);
    events.push(...read.filter(({ seq }) => seq < to));
    at += read.length;
  }
  return { events, volumes };
}

/** The same, and others are put in their place: nothing refers to the volumes any more. */
export function rewriteChunks(
  ctx: ObjectContext,
  range: { readonly from: number; readonly to: number },
  change: (event: TaskEvent) => TaskEvent,
): Promise<StoredEvents> {
  return readChunks(ctx, range, (at, { issued }, read) => {
    const events = read.map((event) => (event.seq < range.to ? change(event) : event));
    ctx.set<LogChunk>(chunkKey(at), { events, ...(issued === undefined ? {} : { issued }) });
  });
}

/** Chunks that follow each other in one page, or one that is a volume already. */
export interface ChunkRun {
  /** Of the first entry of each. */
  readonly starts: readonly number[];
  /** The position behind its last entry. */
  readonly end: number;
  /** None of a volume. */
  readonly events: readonly TaskEvent[];
  readonly bytes: number;
}

/** From the start of a chunk on, before `to`, and about VOLUME_BYTES long at most. */
export async function readRun(ctx: ReadContext, from: number, to: number): Promise<ChunkRun> {
  const starts: number[] = [];
  const events: TaskEvent[] = [];
  const pageEnd = Math.min(to, pageOf(from) + PAGE);
  let bytes = 0;
  for (let at = from; at < pageEnd && bytes < VOLUME_BYTES;) {
    const chunk = await fetchChunk(ctx, at)();
    if (chunk === null) break;
    if (chunk.volume !== undefined) {
      if (starts.length > 0) break;
      return { starts: [at], end: at + chunk.volume.count, events: [], bytes: 0 };
    }
    starts.push(at);
    events.push(...chunk.events);
    bytes += JSON.stringify(chunk.events).length;
    at += chunk.events.length;
  }
  return { starts, end: from + events.length, events, bytes };
}

/** Puts a volume in the place of the chunks of a run. */
export function replaceRun(ctx: ObjectContext, { starts }: ChunkRun, volume: VolumeRef): void {
  const [first, ...rest] = starts;
  if (first === undefined) return;
  ctx.set<LogChunk>(chunkKey(first), { events: [], volume });
  for (const start of rest) ctx.clear(chunkKey(start));
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
