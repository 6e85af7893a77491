// Tests that tasks with something of everything in them come to the same end however often and wherever
// their worker dies: at least 200 times a task is in the middle of its journal when it does. One death hits all
// tasks that are at work. Every single entry for itself is crash.test.ts's with HOLDFAST_SOAK=1.
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkHistory, type History, tellViolation } from "../../testing/index.ts";
import { SEED, SOAK } from "../support/seed.ts";
import type { Trip } from "./support/drive.ts";
import { type Ground, openGround } from "./support/ground.ts";
import { killInTurn, type KillMatrix, placesOf } from "./support/kill-matrix.ts";
import { playTrips } from "./support/play-round.ts";

const HITS = SOAK ? 3_000 : 200;
const LANES = 10;
const POLL_MS = 100;
/** For the kills, and for all tasks to come to their end. */
const KILLING_MS = (SOAK ? 30 : 10) * 60_000;
const BOUND_MS = 360_000;

/** All of what it may do, in four answers; the last of it waits for ever, and is cancelled. */
function tripOf(n: number): Trip {
  const taskId = `trip-${n}`;
  const plan = [
    ["look a", "mail b", "run c", "admin d", "wire e", "burn f", "book g"],
    ["pay h", "sleep 1", "hear i", "give mail j"],
    ["pay k"],
    ["sleep 600"],
  ];
  return {
    taskId,
    plan: plan.map((step) =>
      step.map((call) => (call.startsWith("sleep") ? call : `${call}-${taskId}`)),
    ),
    decisions: ["approve"],
    messages: [{ id: `m-${taskId}`, mode: "steer" }],
    end: "cancel",
    cancelAt: 4,
  };
}

/** What each of them does to the world. */
const EFFECTS = [
  "admin d",
  "book g",
  "burn f",
  "mail b",
  "mail j",
  "pay h",
  "pay k",
  "run c",
  "unbook g",
  "wire e",
];

let ground: Ground;
beforeAll(async () => {
  const workerFile = new URL("./aimed-worker.ts", import.meta.url);
  ground = await openGround({ workerFile, atWork: LANES });
});
afterAll(() => ground.stop());

it(
  `R3 R8 R14 R29 R105 F1 F2 nothing is lost and nothing doubled by ${HITS} hits (HOLDFAST_SEED=${SEED})`,
  { timeout: KILLING_MS + BOUND_MS },
  async () => {
    const boundMs = BOUND_MS;
    await playTrips(ground, { trips: [tripOf(0)], disturb: async () => {}, boundMs });
    const places = placesOf(ground.worker());
    const [calls, began] = [ground.modelCalls(), Date.now()];
    let matrix: KillMatrix | undefined;
    const history = await playTrips(ground, {
      trips: tripsUntil(() => matrix !== undefined),
      disturb: async () => {
        const until = Date.now() + KILLING_MS;
        matrix = await killInTurn(ground, { seed: Number(SEED), places, hits: HITS, until });
      },
      boundMs: KILLING_MS + BOUND_MS,
      lanes: LANES,
      pollMs: POLL_MS,
    });
    if (matrix === undefined) throw new Error("nobody was killed");
    const modelCalls = ground.modelCalls() - calls;
    process.stdout.write(`${tell(matrix, history, { places, modelCalls, began })}\n`);
    expect(checkHistory(history).map(tellViolation)).toEqual([]);
    const trips = history.tasks.filter(({ taskId }) => taskId.startsWith("trip-"));
    for (const { taskId, view } of trips)
      expect([taskId, view.status, effectsOf(taskId)]).toEqual([taskId, "cancelled", EFFECTS]);
    expect(matrix.hits).toBeGreaterThanOrEqual(HITS);
    expect(repeatedIn(history)).toBeLessThanOrEqual(matrix.hits);
    expect(modelCalls - answersIn(history)).toBeLessThanOrEqual(matrix.hits);
  },
);

/** Trips, one after the other, as long as there is a use for them. */
function* tripsUntil(isOver: () => boolean): Generator<Trip> {
  for (let n = 1; !isOver(); n += 1) yield tripOf(n);
}

function effectsOf(taskId: string): readonly string[] {
  return ground.outside
    .done()
    .map(({ tool, undo = false, input }) => {
      const { what } = input as { readonly what: string };
      return `${undo ? "un" : ""}${tool} ${what}`;
    })
    .filter((what) => what.endsWith(`-${taskId}`))
    .map((what) => what.slice(0, -`-${taskId}`.length))
    .toSorted();
}

/** Requests that the other side of a tool got once more. */
function repeatedIn({ effects }: History): number {
  return effects.filter(({ done }) => !done).length;
}

function answersIn({ tasks }: History): number {
  return tasks.flatMap(({ log }) => log).filter(({ type }) => type === "model.answered").length;
}

function tell(
  { killings, hits }: KillMatrix,
  history: History,
  given: {
    readonly places: readonly string[];
    readonly modelCalls: number;
    readonly began: number;
  },
): string {
  const at = killings.filter((killing) => given.places.includes(killing.at));
  const behind = new Set(killings.flatMap((killing) => killing.hits.map(({ place }) => place)));
  return [
    `crash matrix, seed ${SEED}:`,
    `${hits} hits by ${killings.length} kills in ${Math.round((Date.now() - given.began) / 1000)} s,`,
    `in front of ${at.length} of the ${given.places.length} places of one task, and at ${behind.size} by chance;`,
    `${history.tasks.length} tasks, ${history.effects.filter(({ done }) => done).length} effects,`,
    `repeated: ${repeatedIn(history)} deliveries, ${given.modelCalls - answersIn(history)} model calls`,
  ].join(" ");
}
