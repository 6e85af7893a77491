// Owns the worker's memory of task logs that were checked, so that a step reads only what is
// new (L6). It is bounded by bytes and by time, and losing it costs a reading, nothing else.
import { LRUCache } from "lru-cache";
import type { TaskEvent } from "../../contract/event.ts";
import { eventSize } from "../../core/log.ts";

export interface ContextCacheOptions {
  /** Bytes of JSON that all logs may have together; default 64 MiB. */
  readonly maxBytes?: number;
  /** Milliseconds after its last use at which a log is forgotten; default 60 s. */
  readonly ttlMs?: number;
}

/** Checked logs by `taskUid`, each from its first event without gaps. */
export interface ContextCache {
  get(taskUid: string): readonly TaskEvent[] | undefined;
  set(taskUid: string, events: readonly TaskEvent[]): void;
  /** Appends events, in order, where the log that they are chained to is known; else nothing. */
  extend(taskUid: string, events: readonly TaskEvent[]): void;
}

interface Entry {
  readonly events: readonly TaskEvent[];
  readonly bytes: number;
}

export function createContextCache(options: ContextCacheOptions = {}): ContextCache {
  const { maxBytes = 64 * 1024 * 1024, ttlMs = 60_000 } = options;
  const logs = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    sizeCalculation: ({ bytes }) => bytes + 1,
    ttl: ttlMs,
    // A waiting task holds no memory (R12).
    ttlAutopurge: true,
  });
  const set: ContextCache["set"] = (taskUid, events) => {
    logs.set(taskUid, measure(events, logs.peek(taskUid)));
  };
  return {
    get: (taskUid) => logs.get(taskUid)?.events,
    set,
    extend: (taskUid, events) => {
      const [first] = events;
      if (first === undefined) return;
      const before = logs.peek(taskUid)?.events.slice(0, first.seq) ?? [];
      // What is remembered may be of a lost segment: only what is chained to it goes on from it.
      const follows = first.seq === 0 || before[first.seq - 1]?.hash === first.prev;
      if (follows) set(taskUid, [...before, ...events]);
    },
  };
}

/** Measures only what is new: a log grows by a few events per step. */
function measure(events: readonly TaskEvent[], known: Entry | undefined): Entry {
  const last = known?.events.length ?? 0;
  const extendsKnown =
    known !== undefined && events[last - 1]?.hash === known.events[last - 1]?.hash;
  const added = extendsKnown ? events.slice(last) : events;
  const bytes = added.reduce((sum, event) => sum + eventSize(event), 0);
  return { events, bytes: (extendsKnown ? known.bytes : 0) + bytes };
}
