// Shows that each effect of many tasks of many steps is made once, by its key, while workers and the server are
// killed at random: HOLDFAST_STEPS=600x30 npx vitest run test/faults/many-steps.test.ts. The same tasks
// are played undisturbed before, to compare how long it takes.
import { setTimeout as delay } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { checkHistory, type History, tellViolation } from "../../testing/index.ts";
import { mulberry } from "../cleanup/choice.ts";
import { SEED } from "../support/seed.ts";
import type { Trip } from "./support/drive.ts";
import { type Ground, openGround } from "./support/ground.ts";
import { playTrips } from "./support/play-round.ts";

const HOW = "HOLDFAST_STEPS=600x30 npx vitest run test/faults/many-steps.test.ts";
const [TASKS = 0, STEPS = 0] = (process.env["HOLDFAST_STEPS"] ?? "0x0").split("x").map(Number);
/** Tasks at once. */
const LANES = 100;
const POLL_MS = 1_000;
/** Of one run of all tasks. */
const BOUND_MS = 60 * 60_000;
/** From one death to the next. */
const PAUSES_MS = [1_000, 2_000, 4_000, 6_000] as const;

it.skipIf(TASKS === 0)(
  `R3 R8 R14 F1 F2 F38 each effect is made once${TASKS === 0 ? ` (skipped: ${HOW})` : `, seed ${SEED}`}`,
  { timeout: 3 * BOUND_MS },
  async () => {
    const undisturbed = await play("calm", async () => {});
    const choose = mulberry(Number(SEED));
    const kills = { "worker-kill": 0, "server-kill": 0 };
    const disturbed = await play("killed", async (ground) => {
      // What is still under way then ends in peace.
      while (ground.outside.done().length < 0.9 * TASKS * STEPS) {
        await delay(choose(PAUSES_MS));
        const kind = choose(["worker-kill", "worker-kill", "server-kill"] as const);
        kills[kind] += 1;
        await ground.inflict(kind, 200);
      }
    });
    const factor = (disturbed.tookMs / undisturbed.tookMs).toFixed(1);
    const seconds = [undisturbed, disturbed].map(({ tookMs }) => Math.round(tookMs / 1000));
    process.stdout.write(
      `${TASKS} x ${STEPS}, seed ${SEED}: undisturbed ${seconds[0]} s, disturbed ${seconds[1]} s (${factor} times), ${JSON.stringify(kills)}, ${disturbed.repeated} requests repeated\n`,
    );
    for (const { madeOnce, violations } of [undisturbed, disturbed]) {
      expect(violations).toEqual([]);
      expect(madeOnce).toBe(TASKS * STEPS);
    }
  },
);

async function play(name: string, disturb: (ground: Ground) => Promise<void>) {
  const ground = await openGround({ atWork: 0 });
  onTestFinished(() => ground.stop());
  const trips = Array.from({ length: TASKS }, (_, n) => tripOf(`${name}-${n}`));
  const history = await playTrips(ground, {
    trips,
    disturb: () => disturb(ground),
    boundMs: BOUND_MS,
    lanes: LANES,
    pollMs: POLL_MS,
  });
  const made = Map.groupBy(
    history.effects.filter(({ done: isDone }) => isDone),
    ({ key }) => key,
  );
  return {
    tookMs: timeOf(history),
    repeated: history.effects.filter(({ done: isDone }) => !isDone).length,
    madeOnce: [...made.values()].filter((each) => each.length === 1).length,
    violations: checkHistory(history).map(tellViolation),
  };
}

function tripOf(taskId: string): Trip {
  return {
    taskId,
    plan: Array.from({ length: STEPS }, (_, n) => [`mail ${n}-${taskId}`]),
    decisions: ["approve"],
    messages: [],
    end: "complete",
  };
}

/** From the first start to the last end. */
function timeOf({ operations }: History): number {
  const began = Math.min(...operations.map(({ calledAt }) => calledAt));
  const ends = operations.flatMap(({ kind, returnedAt = 0 }) =>
    kind === "verb" ? [returnedAt] : [],
  );
  return Math.max(...ends) - began;
}
