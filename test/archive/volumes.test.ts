// Owns how a log is read where some of its chunks are volumes: whichever they are, and however often it was
// archived while it grew, every range reads as if none had ever left.
import type { ObjectContext } from "@restatedev/restate-sdk";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReadVolume, VolumeRef } from "../../contract/archive.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { archivable, MIN_VOLUME_ENTRIES } from "../../core/archive/at-rest.ts";
import { archive } from "../../objects/agent/archive.ts";
import { appendEvents, readEvents, rewriteChunks } from "../../objects/agent/log-store.ts";

interface Sealed {
  readonly parameter: ReadVolume | { readonly events: readonly TaskEvent[] };
  readonly method: string;
}

/** A task's state and the archive behind it, each handler with a context of its own. */
function world(status: string) {
  const state = new Map<string, unknown>();
  const volumes = new Map<string, readonly TaskEvent[]>();
  const genericCall = async ({ method, parameter }: Sealed): Promise<unknown> => {
    if ("volume" in parameter) return { events: volumes.get(parameter.volume.sha256) ?? null };
    expect(method).toBe("keep");
    const sha256 = `volume-${volumes.size}`;
    volumes.set(sha256, structuredClone(parameter.events));
    const kept: VolumeRef = {
      sha256,
      size: 100,
      mediaType: "application/gzip",
      count: parameter.events.length,
    };
    return kept;
  };
  const context = () =>
    ({
      get: async (key: string) => structuredClone(state.get(key)) ?? null,
      set: (key: string, value: unknown) => void state.set(key, structuredClone(value)),
      clear: (key: string) => void state.delete(key),
      genericCall,
    }) as unknown as ObjectContext;
  state.set("head", { v: 1, nextSeq: 0, status, segment: { open: false, queued: false } });
  return { state, volumes, context };
}

const eventAt = (seq: number) => ({ seq, said: `entry ${seq}` }) as unknown as TaskEvent;
const seqsOf = (events: readonly TaskEvent[]) => events.map(({ seq }) => seq);

/** Commits of so many entries; 0: the task rests, and is archived. */
const grown = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 120 });

describe("a log whose task rests now and then", () => {
  it.each(["idle", "completed"])(
    "R73 reads as if nothing had left the state: %s",
    async (status) => {
      await fc.assert(
        fc.asyncProperty(
          grown,
          fc.integer({ min: -1, max: 600 }),
          fc.integer({ min: 1, max: 300 }),
          async (commits, after, limit) => {
            const { state, context } = world(status);
            let nextSeq = 0;
            for (const count of commits) {
              if (count === 0) {
                await archive(context());
                continue;
              }
              const events = Array.from({ length: count }, (_, n) => eventAt(nextSeq + n));
              appendEvents(context(), events, false);
              nextSeq += count;
              state.set("head", { ...(state.get("head") as object), nextSeq });
            }
            const read = await readEvents(context(), { after, limit, nextSeq });
            const all = Array.from({ length: nextSeq }, (_, seq) => eventAt(seq));
            expect(read).toEqual(all.slice(after + 1, after + 1 + limit));
          },
        ),
      );
    },
  );

  it("keeps few rows, of an ended task none but volumes", async () => {
    for (const [status, inState] of [
      ["idle", MIN_VOLUME_ENTRIES - 1],
      ["completed", 0],
    ] as const) {
      const { state, context } = world(status);
      for (let seq = 0; seq < 100; seq += 1) appendEvents(context(), [eventAt(seq)], false);
      state.set("head", { ...(state.get("head") as object), nextSeq: 100 });
      expect(await archive(context())).toMatchObject({ more: false });
      const rows = [...state].filter(([key]) => key.startsWith("log/"));
      const inline = rows.filter(([, row]) => !JSON.stringify(row).includes('"volume"'));
      expect(inline.length).toBeLessThanOrEqual(inState);
      expect(rows.length - inline.length).toBe(2);
    }
  });

  it("R102 gives a rewritten log its entries back, and says which volumes nobody needs", async () => {
    const { state, volumes, context } = world("completed");
    for (let seq = 0; seq < 100; seq += 2)
      appendEvents(context(), [eventAt(seq), eventAt(seq + 1)], false);
    state.set("head", { ...(state.get("head") as object), nextSeq: 100 });
    await archive(context());
    const were = await rewriteChunks(
      context(),
      { from: 0, to: 99 },
      (event) => ({ seq: event.seq }) as unknown as TaskEvent,
    );
    expect(seqsOf(were.events)).toEqual(Array.from({ length: 99 }, (_, seq) => seq));
    expect(were.volumes.map(({ sha256 }) => sha256)).toEqual([...volumes.keys()]);
    volumes.clear();
    const left = await readEvents(context(), { after: -1, limit: 100, nextSeq: 100 });
    expect(left.filter((event) => "said" in event)).toEqual([eventAt(99)]);
  });

  it("is archived anew after that, up to the volumes that are still there", async () => {
    const { state, context } = world("idle");
    for (const nextSeq of [20, 40]) {
      for (let seq = nextSeq - 20; seq < nextSeq; seq += 1)
        appendEvents(context(), [eventAt(seq)], false);
      state.set("head", { ...(state.get("head") as object), nextSeq });
      await archive(context());
    }
    await rewriteChunks(context(), { from: 0, to: 20 }, (event) => event);
    const { archived: _, ...head } = state.get("head") as { readonly archived: object };
    state.set("head", head);
    await archive(context());
    const rows = [...state].filter(([key]) => key.startsWith("log/"));
    expect(rows.map(([, row]) => row)).toEqual([
      { events: [], volume: expect.objectContaining({ count: 20 }) as object },
      { events: [], volume: expect.objectContaining({ count: 20 }) as object },
    ]);
  });

  it("fails for good, and says so, where a volume is gone", async () => {
    const { state, volumes, context } = world("completed");
    appendEvents(
      context(),
      Array.from({ length: 20 }, (_, seq) => eventAt(seq)),
      false,
    );
    state.set("head", { ...(state.get("head") as object), nextSeq: 20 });
    await archive(context());
    volumes.clear();
    await expect(readEvents(context(), { after: -1, limit: 5, nextSeq: 20 })).rejects.toMatchObject(
      {
        metadata: { code: "artifact_not_found" },
      },
    );
  });
});

describe("what rests", () => {
  it("is nothing that has a segment, or one on its way", () => {
    const head = { status: "completed", nextSeq: 90 } as const;
    const segment = { number: 1, open: false, queued: false };
    expect(archivable({ ...head, segment })).toEqual({ from: 0, least: 1 });
    expect(archivable({ ...head, segment: { ...segment, open: true } })).toBeUndefined();
    expect(archivable({ ...head, segment: { ...segment, queued: true } })).toBeUndefined();
  });
});
