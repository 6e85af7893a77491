// Tests of the effect ledger: what it has taken survives SIGKILL, and once is once, also when
// several processes write it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openEffectLedger } from "../../testing/index.ts";
import { spawnProcess } from "../support/worker-process.ts";

const WRITER = new URL("./ledger-writer.ts", import.meta.url);

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-ledger-"));
  file = join(directory, "ledger.sqlite");
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

it("keeps what processes wrote that were killed, each key once", async () => {
  const writers = await Promise.all([1, 2].map(() => spawnProcess(WRITER, 0, {}, [file])));
  await vi.waitFor(() => {
    for (const { messages } of writers) expect(messages.length).toBeGreaterThan(20);
  }, 20_000);
  await Promise.all(writers.map((writer) => writer.kill()));

  using ledger = openEffectLedger(file);
  ledger.assertOncePerKey();
  const told = writers.flatMap(({ messages }) => messages as { number: number; result: object }[]);
  for (const { number, result } of told) {
    // Whoever came second was told what the first had done.
    expect(ledger.effects(`key-${number}`)).toEqual([
      { key: `key-${number}`, tool: "pay", input: number, result },
    ]);
  }
  expect(ledger.requests().length).toBeGreaterThanOrEqual(told.length);
  expect(ledger.requests().length).toBeGreaterThan(ledger.effects().length);
});

it("does not keep what has failed, and does it when it is asked again", () => {
  using ledger = openEffectLedger(file);
  const request = { key: "k", tool: "pay" };
  const fail = () => {
    throw new Error("no money");
  };
  expect(() => ledger.applyOnce(request, fail)).toThrow("no money");
  expect(ledger.effects()).toEqual([]);
  expect(ledger.applyOnce(request, () => 1)).toBe(1);
  expect(ledger.applyOnce(request, () => 2)).toBe(1);
  expect(ledger.effects("k")).toEqual([{ key: "k", tool: "pay", result: 1 }]);
});

it("names the keys under which something was done twice", () => {
  using ledger = openEffectLedger(file);
  ledger.apply({ key: "a", tool: "pay" }, () => 1);
  ledger.assertOncePerKey();
  ledger.apply({ key: "a", tool: "pay" }, () => 2);
  expect(() => ledger.assertOncePerKey()).toThrow("done more than once: pay 2 times under key a");
});
