// Shows that the console reads the gateway's streams as they were written, wherever the network cuts them.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEventReader } from "../../console/api/sse-lines.ts";
import { SEED } from "../support/seed.ts";

const events = fc.array(
  fc.record({
    event: fc.constantFrom("log", "text"),
    data: fc.jsonValue(),
    id: fc.option(fc.nat()),
  }),
  { maxLength: 8 },
);

/** As hono writes them; comments between. */
function written(each: { event: string; data: unknown; id: number | null }): string {
  const id = each.id === null ? "" : `\nid: ${each.id}`;
  return `event: ${each.event}\ndata: ${JSON.stringify(each.data)}${id}\n\n: still here\n\n`;
}

describe("R104 the console's reader of streams", () => {
  it(`gives each event once and whole, in whatever pieces they come (HOLDFAST_SEED=${SEED})`, () => {
    const property = fc.property(
      events,
      fc.infiniteStream(fc.integer({ min: 1, max: 30 })),
      (told, sizes) => {
        const text = `retry: 1000\n\n${told.map(written).join("")}`;
        const read = createEventReader();
        const heard: unknown[] = [];
        for (let at = 0; at < text.length;) {
          const size = Number(sizes.next().value);
          heard.push(...read(text.slice(at, at + size)));
          at += size;
        }
        const expected = told.map(({ event, data, id }) => ({
          event,
          data: JSON.stringify(data),
          ...(id === null ? {} : { id: String(id) }),
        }));
        expect(heard).toEqual(expected);
      },
    );
    fc.assert(property, { numRuns: 500, seed: Number(SEED) });
  });
});
