// Owns what a worker reads of a task's log before a model call, and that it believes none of
// it that is not chained up to the digest that the segment named.
import { describe, expect, it } from "vitest";
import type { TaskEvent } from "../../contract/event.ts";
import { createContextCache } from "../../services/model/context-cache.ts";
import { loadEvents } from "../../services/model/load-events.ts";
import { callFor, pagedLog, sealAll, userMessage } from "./task-log.ts";

const names = (count: number, prefix = "m") =>
  Array.from({ length: count }, (_, index) => userMessage(`${prefix}${index}`));
const seqs = (events: readonly TaskEvent[]) => events.map(({ seq }) => seq);

describe("loading the log of a context", () => {
  it("reads pages up to what the segment has written itself", async () => {
    const events = sealAll(names(7));
    const log = pagedLog(events.slice(0, 5));
    const loaded = await loadEvents(callFor(events, 2), { ...log, cache: createContextCache() });
    expect(loaded).toEqual(events);
    expect(log.reads).toEqual([-1, 1, 3]);
  });

  it("R93 reads nothing again that the worker remembers", async () => {
    const events = sealAll(names(9));
    const log = pagedLog(events);
    const source = { ...log, cache: createContextCache() };
    await loadEvents(callFor(events.slice(0, 4)), source);
    log.reads.length = 0;
    // The segment goes on with its own events, and a later one reads the rest only.
    expect(seqs(await loadEvents(callFor(events.slice(0, 6), 2), source))).toEqual([
      0, 1, 2, 3, 4, 5,
    ]);
    expect(log.reads).toEqual([]);
    expect(await loadEvents(callFor(events), source)).toEqual(events);
    expect(log.reads).toEqual([5, 7]);
    // One that stands further back is served as well.
    expect(await loadEvents(callFor(events.slice(0, 2)), source)).toEqual(events.slice(0, 2));
  });

  it("forgets what a lost segment wrote and nobody saved", async () => {
    const saved = sealAll(names(3));
    const source = { ...pagedLog(saved), cache: createContextCache() };
    await loadEvents(callFor([...saved, ...sealAll(names(2, "lost"), saved[2])], 2), source);
    const events = [...saved, ...sealAll(names(1, "new"), saved[2])];
    expect(await loadEvents(callFor(events, 1), source)).toEqual(events);
  });

  it("R2 rejects a log with a changed, missing or foreign entry, or another end", async () => {
    const events = sealAll(names(5));
    const changed = events.map((event) => (event.seq === 2 ? { ...event, at: 99 } : event));
    const foreign = [...events.slice(0, 3), ...sealAll(names(2, "x"), events[2])];
    for (const wrong of [changed, events.toSpliced(2, 1), foreign, events.slice(0, 4)]) {
      const source = { ...pagedLog(wrong), cache: createContextCache() };
      await expect(loadEvents(callFor(events), source)).rejects.toThrow("does not fit");
      expect(source.cache.get("uid")).toBeUndefined();
    }
  });
});

describe("the worker's memory of logs", () => {
  it("is bounded by bytes: what was used last stays", () => {
    const cache = createContextCache({ maxBytes: 4_000 });
    const log = sealAll([userMessage("x".repeat(1_000))]);
    cache.set("a", log);
    cache.set("b", log);
    expect(cache.get("a")).toBe(log);
    cache.set("c", log);
    expect(["a", "b", "c"].filter((uid) => cache.get(uid) !== undefined)).toEqual(["a", "c"]);
    // A log that grows is measured as a whole, and one that is too large is not kept.
    const long = [...log, ...sealAll([userMessage("y".repeat(2_500))], log[0])];
    cache.set("a", long);
    expect(cache.get("a")).toBeUndefined();
  });

  it("takes what was just written where it knows the log before it, and only there", () => {
    const cache = createContextCache();
    const events = sealAll(names(5));
    cache.extend("uid", events.slice(3));
    expect(cache.get("uid")).toBeUndefined();
    cache.extend("uid", events.slice(0, 2));
    cache.extend("uid", events.slice(3));
    expect(cache.get("uid")).toEqual(events.slice(0, 2));
    cache.extend("uid", events.slice(1));
    expect(cache.get("uid")).toEqual(events);
    const other = sealAll(names(3, "other"));
    cache.extend("uid", sealAll(names(1, "after"), other[2]));
    expect(cache.get("uid")).toEqual(events);
  });
});
