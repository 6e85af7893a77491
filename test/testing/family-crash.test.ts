// Tests that a family of tasks can be killed anywhere: wherever the worker dies, each child is made
// once, does its work once, and ends with its parent. A part of the entries; all of them with
// HOLDFAST_SOAK=1.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { CrashOptions } from "../../testing/index.ts";
import { crashAtEveryEntry, openEffectLedger } from "../../testing/index.ts";
import { SEED, SOAK } from "../support/seed.ts";

const LIMIT_MS = SOAK ? 20 * 60_000 : 180_000;

async function crashFamily(options: Pick<CrashOptions, "run">, count: number) {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-family-"));
  try {
    using ledger = openEffectLedger(join(directory, "ledger.sqlite"));
    const posted = (taskId: string) =>
      ledger
        .effects()
        .map(({ input }) => (input as { readonly text: string }).text)
        .filter((text) => text.startsWith(`${taskId} `))
        .map((text) => text.slice(taskId.length))
        .toSorted();
    return await crashAtEveryEntry({
      workerFile: new URL("./family-worker.ts", import.meta.url),
      directory,
      agent: "desk",
      finalEffects: posted,
      ledger,
      onProgress: () => {},
      ...(SOAK ? {} : { sample: { count, seed: SEED } }),
      ...options,
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

it(
  `R24 R82 F31 F2 children do their work once, wherever the worker dies (HOLDFAST_SEED=${SEED})`,
  { timeout: LIMIT_MS },
  async () => {
    const { points, entries } = await crashFamily(
      {
        run: async (task) => {
          await task.start(`post ${task.taskId}`);
          await task.until("idle");
          const log = await task.events();
          const started = log.filter(({ type }) => type === "child.started").length;
          const ends = log.flatMap(({ type, data }) =>
            type === "tool.returned" ? [[data.outcome, data.via]] : [],
          );
          return { started, ends, children: (await task.status()).children };
        },
      },
      10,
    );
    expect(entries.length).toBeGreaterThan(40);
    expect(points.filter(({ crashed }) => crashed).length).toBeGreaterThan(4);
  },
);

it(
  `F31 R29 children end with their parent, wherever the worker dies (HOLDFAST_SEED=${SEED})`,
  { timeout: LIMIT_MS },
  async () => {
    const { points } = await crashFamily(
      {
        run: async (task) => {
          await task.start(`sleep ${task.taskId}`);
          await task.until("waiting-child");
          await task.cancel({ by: "ann", reason: "enough" });
          const { settlement } = await task.until("cancelled", { withinMs: 60_000 });
          return settlement?.children?.map(({ outcome }) => outcome);
        },
      },
      6,
    );
    expect(points.filter(({ crashed }) => crashed).length).toBeGreaterThan(2);
  },
);
