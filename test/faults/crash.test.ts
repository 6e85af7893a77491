// Tests that an expedition with something of everything in it (parallel effects of every class, an
// approval, an event, a timer, a child, a compensation) has an allowed history wherever its worker
// dies. A part of the journal entries; all of them with HOLDFAST_SOAK=1.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import {
  assertHistory,
  crashAtEveryEntry,
  recordHistory,
  scriptedModel,
  serveModel,
} from "../../testing/index.ts";
import { SOAK } from "../support/seed.ts";
import { drive, type Trip } from "./support/drive.ts";
import { expedition, GUIDE_SCRIPT } from "./support/expedition.ts";
import { outsideAt, startOutside } from "./support/outside.ts";

/**
 * Of the normal suite: right behind a payment that a person has approved, behind what undoes an
 * effect, and in the first segment of a child. They are come to in every run.
 */
const CHOSEN = [
  "tools.pay/execute#1 entry 4 (action result)",
  "tools.book/compensate#1 entry 4 (action result)",
  "porter/run#1 entry 4 (action result)",
];
const LIMIT_MS = SOAK ? 60 * 60_000 : 180_000;
/** Of one run: one that loses a fenced effect knows what became of it after 14 seconds. */
const BOUND_MS = 90_000;

/** The last of it waits for ever, and the task is cancelled there, which undoes what can be undone. */
const EVERYTHING: Omit<Trip, "taskId"> = {
  plan: [
    ["look a", "mail b", "run c", "admin d", "wire e", "burn f", "book g"],
    ["pay h", "sleep 1", "hear i", "give mail j"],
    ["pay k"],
    ["sleep 600"],
  ],
  decisions: ["approve"],
  messages: [{ id: "m1", mode: "steer" }],
  end: "cancel",
  cancelAt: 4,
};

it(
  "R3 R8 R14 R29 F1 F2 F17 an expedition has an allowed history wherever its worker dies",
  { timeout: LIMIT_MS },
  async () => {
    const directory = await mkdtemp(join(tmpdir(), "holdfast-expedition-"));
    const outside = await startOutside();
    try {
      await using model = await serveModel(scriptedModel(GUIDE_SCRIPT));
      let seen = 0;
      const { entries, points } = await crashAtEveryEntry({
        workerFile: new URL("./crash-worker.ts", import.meta.url),
        env: { MODEL_URL: model.baseUrl, OUTSIDE_URL: `http://127.0.0.1:${outside.port}` },
        directory,
        agent: "leader",
        boundMs: BOUND_MS,
        run: async (task, connect) => {
          const recorder = recordHistory({
            agents: Object.values(expedition(outsideAt(""))),
            connect: (agent, taskId) => (taskId === task.taskId ? task : connect(agent, taskId)),
          });
          outside.witness(recorder);
          const { taskId } = task;
          await drive(
            recorder.task("leader", taskId),
            { ...EVERYTHING, taskId },
            {
              child: recorder.task,
              has: outside.has,
              pause: () => delay(40),
              now: Date.now,
              insist: (call) => call(),
              deadline: Date.now() + BOUND_MS,
            },
          );
          const history = await recorder.history();
          assertHistory(history);
          return history.tasks.map(({ agent, view }) => `${agent} ${view.status}`);
        },
        finalEffects: () => {
          const fresh = outside.done().slice(seen);
          seen += fresh.length;
          return fresh.map(({ tool, undo = false }) => `${undo ? "un" : ""}${tool}`).toSorted();
        },
        onProgress: SOAK ? (line) => process.stdout.write(`${line}\n`) : () => {},
        ...(SOAK ? {} : { only: CHOSEN }),
      });
      expect(entries.length).toBeGreaterThan(150);
      expect(points.length).toBe(SOAK ? entries.length : CHOSEN.length);
      // What comes in which order differs from run to run, so that some entries are not come to.
      const crashed = points.filter((each) => each.crashed).length;
      expect(crashed).toBeGreaterThanOrEqual(SOAK ? points.length / 2 : CHOSEN.length);
    } finally {
      await outside.close();
      await rm(directory, { recursive: true, force: true });
    }
  },
);
