// Owns how the log is read from its chunks: whatever they are, a range is read as a whole and in order,
// nothing behind a gap is, and pages are read side by side.
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readEvents } from "../../objects/agent/log-store.ts";

const PAGE = 64;
const MIB = 1024 * 1024;

interface Log {
  readonly ctx: ObjectSharedContext;
  /** The first position of the chunk that was lost. */
  readonly gap: number;
  /** How often somebody waited for reads that had not been under way. */
  rounds(): number;
}

/** A log of so many events; the chunks have these lengths in turn, and end where a page does. */
function logOf(
  count: number,
  lengths: readonly number[],
  { bytes = 0, lost }: { readonly bytes?: number; readonly lost?: number } = {},
): Log {
  const state = new Map<string, object>();
  const padding = "x".repeat(bytes);
  let gap = Number.POSITIVE_INFINITY;
  for (let seq = 0, turn = 0; seq < count; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1;
    const size = Math.min(length, PAGE - (seq % PAGE), count - seq);
    const events = Array.from({ length: size }, (_, index) => ({ seq: seq + index, padding }));
    if (lost !== undefined && lost >= seq && lost < seq + size) gap = seq;
    else state.set(`log/${String(seq).padStart(10, "0")}`, { events });
    seq += size;
  }
  let rounds = 0;
  let underWay = false;
  const get = (key: string) => {
    underWay = true;
    return {
      // As Restate's promises: asked for when it is made, answered when it is awaited.
      // oxlint-disable-next-line unicorn/no-thenable
      then: (resolve: (value: object | null) => void) => {
        if (underWay) rounds += 1;
        underWay = false;
        resolve(state.get(key) ?? null);
      },
    };
  };
  return { ctx: { get } as unknown as ObjectSharedContext, gap, rounds: () => rounds };
}

const seqsOf = (events: readonly { readonly seq: number }[]) => events.map(({ seq }) => seq);

describe("the log in pages", () => {
  it("is read as a whole, in order, and up to what is not there", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1_400 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: -1, max: 1_400 }),
        fc.integer({ min: 1, max: 900 }),
        fc.option(fc.nat(1_400), { nil: undefined }),
        async (count, lengths, after, limit, lost) => {
          const { ctx, gap } = logOf(count, lengths, lost === undefined ? {} : { lost });
          const read = seqsOf(await readEvents(ctx, { after, limit, nextSeq: count }));
          const all = Array.from({ length: count }, (_, seq) => seq);
          const wanted = all.filter((seq) => seq > after).slice(0, limit);
          // A page before the first that is read is not looked at.
          const end = gap < Math.floor((after + 1) / PAGE) * PAGE ? count : gap;
          expect(read).toEqual(wanted.filter((seq) => seq < end));
        },
      ),
    );
  });

  it("L6 takes as many rounds as a page has chunks, and not as the log has", async () => {
    const { ctx, rounds } = logOf(9 * PAGE, [4]);
    const read = await readEvents(ctx, { after: -1, limit: 9 * PAGE, nextSeq: 9 * PAGE });
    expect(read).toHaveLength(9 * PAGE);
    // The first page alone, and then eight side by side, of sixteen chunks each.
    expect(rounds()).toBe(2 * (PAGE / 4));
  });

  it("ends soon after four MiB, also within a page, and goes on from there", async () => {
    const { ctx } = logOf(2 * PAGE, [1], { bytes: MIB / 2 });
    const first = await readEvents(ctx, { after: -1, limit: 2 * PAGE, nextSeq: 2 * PAGE });
    expect(first).toHaveLength(8);
    const next = await readEvents(ctx, { after: 7, limit: 2 * PAGE, nextSeq: 2 * PAGE });
    expect(seqsOf(next)).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
  });
});
