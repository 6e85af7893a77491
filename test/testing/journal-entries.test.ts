// Tests of reading journal entries out of a worker's bytes, and of the choice among them.
import { expect, it } from "vitest";
import { createEntryReader } from "../../testing/crash/journal-entries.ts";
import { sampleEvenly } from "../../testing/crash/sample.ts";

function frame(type: number, body: number): Buffer {
  const bytes = Buffer.alloc(8 + body);
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt32BE(body, 4);
  return bytes;
}

// A command, what an action returned, the end of the stream, another command.
const STREAM = Buffer.concat([
  frame(0x0403, 5),
  frame(0x0005, 0),
  frame(0x0003, 3),
  frame(0x0401, 2),
]);

it("finds commands and results of actions, however the bytes are cut", () => {
  for (let size = 1; size <= STREAM.length; size += 1) {
    const entriesIn = createEntryReader();
    const found: [number, string][] = [];
    for (let at = 0; at < STREAM.length; at += size) {
      const chunk = STREAM.subarray(at, at + size);
      for (const { offset, kind } of entriesIn(chunk)) found.push([at + offset, kind]);
    }
    expect(found).toEqual([
      [0, "set state"],
      [13, "action result"],
      [32, "output"],
    ]);
  }
});

it("samples evenly, the same for the same seed, and by other seeds all of it", () => {
  const items = Array.from({ length: 50 }, (_, index) => index);
  expect(sampleEvenly(items, 50, "a")).toEqual(items);
  const sample = sampleEvenly(items, 10, "a");
  expect(sampleEvenly(items, 10, "a")).toEqual(sample);
  expect(sample.map((item) => Math.floor(item / 5)).toSorted((a, b) => a - b)).toEqual(
    items.slice(0, 10),
  );
  const seen = new Set(items.flatMap((seed) => sampleEvenly(items, 10, String(seed))));
  expect(seen.size).toBe(50);
});
