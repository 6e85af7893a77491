// Tests that a user's scenario can be killed anywhere: an agent with reads, an approval and a
// payment ends as it did undisturbed wherever its worker dies, and the runner says so when it
// does not. A part of the entries; all of them with HOLDFAST_SOAK=1.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CrashOptions } from "../../testing/index.ts";
import {
  crashAtEveryEntry,
  openEffectLedger,
  scriptedModel,
  serveModel,
} from "../../testing/index.ts";
import { askForRefund, paidFor, REFUND_SCRIPT } from "./refunds.ts";
import { SEED, SOAK } from "../support/seed.ts";

const SAMPLE = 5;
const LIMIT_MS = SOAK ? 20 * 60_000 : 180_000;

/** Crashes the refund agent, in silence unless it is told otherwise. */
async function crashRefunds(options: Partial<CrashOptions>, env: Record<string, string> = {}) {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-crash-"));
  const model = scriptedModel(REFUND_SCRIPT);
  try {
    await using server = await serveModel(model);
    using ledger = openEffectLedger(join(directory, "ledger.sqlite"));
    const report = await crashAtEveryEntry({
      workerFile: new URL("./refund-worker.ts", import.meta.url),
      env: { MODEL_URL: server.baseUrl, ...env },
      directory,
      agent: "refunds",
      run: askForRefund,
      finalEffects: (taskId) => paidFor(ledger, taskId),
      ledger,
      modelCalls: () => model.requests().length,
      onProgress: () => {},
      ...options,
    });
    model.assertDone();
    return { report, requests: ledger.requests(), effects: ledger.effects() };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

describe("the crash runner", () => {
  it(
    `R3 R16 R105 F2 ends the same wherever its worker dies (HOLDFAST_SEED=${SEED})`,
    { timeout: LIMIT_MS },
    async () => {
      const sample = SOAK ? {} : { sample: { count: SAMPLE, seed: SEED } };
      const onProgress = (line: string) => process.stdout.write(`${line}\n`);
      const { report, requests, effects } = await crashRefunds({ ...sample, onProgress });
      const { entries, points } = report;
      expect(entries.length).toBeGreaterThan(40);
      expect(points.length).toBe(SOAK ? entries.length : SAMPLE);
      expect(points.filter(({ crashed }) => !crashed)).toEqual([]);
      expect(effects.length).toBe(points.length + 1);
      // What was recorded is never paid for again: only a call in flight is repeated, and one is
      // in flight when its result, or the answer of `start`, is about to be sent.
      const repeating = points.filter((point) => point.extraModelCalls > 0);
      for (const { entry } of repeating) {
        expect(entry).toMatch(
          /^refunds\/((begin|run|wake)#\d+ .* \(action result\)|start#1 .* \(output\))$/,
        );
      }
      const extraModelCalls = points.reduce((sum, point) => sum + point.extraModelCalls, 0);
      const extraRequests = requests.length - effects.length;
      onProgress(JSON.stringify({ seed: SEED, extraModelCalls, extraRequests }));
    },
  );

  it(
    "R105 names the entry at which a careless tool pays twice",
    { timeout: LIMIT_MS },
    async () => {
      const paid = "tools.refund/execute#1 entry 4 (action result)";
      const crash = crashRefunds({ only: [paid] }, { CARELESS: "yes" });
      await expect(crash).rejects.toThrow(`at ${paid}: done more than once: refund 2 times`);
    },
  );

  it("R20 F2 enters a tool once whose result was recorded", { timeout: LIMIT_MS }, async () => {
    const only = ["tools.refund/execute#1 entry 5 (output)"];
    const { report, requests, effects } = await crashRefunds({ only });
    expect(report.points).toEqual([{ entry: only[0], crashed: true, extraModelCalls: 0 }]);
    // Undisturbed, and with the crash.
    expect(requests.length).toBe(2);
    expect(effects.length).toBe(2);
  });

  it("tells the last words of a worker that cannot start", async () => {
    const workerFile = new URL("./broken-worker.ts", import.meta.url);
    await expect(crashRefunds({ workerFile })).rejects.toThrow("the shop is closed");
  });

  it("R105 says when the scenario itself failed", { timeout: LIMIT_MS }, async () => {
    const run = () => Promise.reject(new Error("no such order"));
    const crash = crashRefunds({ run });
    await expect(crash).rejects.toThrow("the scenario failed undisturbed: no such order");
  });

  it("gives up on a scenario that does not end", { timeout: LIMIT_MS }, async () => {
    const run = () => new Promise(() => {});
    const crash = crashRefunds({ boundMs: 500, run });
    await expect(crash).rejects.toThrow("did not end within 500 ms, undisturbed");
  });
});
