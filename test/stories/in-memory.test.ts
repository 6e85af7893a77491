// Shows the same of the runner without Restate, by the same commands, while models and tools are
// really under way: what it shows of the task is what the log says.
import fc from "fast-check";
import { expect, it } from "vitest";
import { SEED } from "../support/seed.ts";
import { STORIES } from "./commands.ts";
import { memoryStory } from "./memory-story.ts";
import { expectPromises } from "./promises.ts";
import { newReference } from "./reference.ts";
import { STORY_TERMS } from "./story-terms.ts";

/** More with HOLDFAST_RUNS=100000, and others with HOLDFAST_SEED. */
const RUNS = Number(process.env["HOLDFAST_RUNS"] ?? 1_000);
/** Of one, on a busy machine. */
const MOST_MS = 200;

/** Stories that found something. */
const FOUND = [{ seed: 7, path: "2562", what: "a transfer that the end overtakes" }] as const;

const property = fc.asyncProperty(STORY_TERMS, STORIES, async (terms, commands) => {
  const task = await memoryStory(terms);
  const reference = newReference("memory");
  await fc.asyncModelRun(() => ({ model: reference, real: task }), commands);
  await expectPromises(reference, task);
});

type Runs = Pick<fc.Parameters, "seed" | "path" | "numRuns" | "endOnFailure">;

/** A promise that was not kept, and the story in which it was not. */
async function brokenIn(runs: Runs): Promise<string | undefined> {
  const found = await fc.check(property, runs);
  if (!found.failed) return undefined;
  return `${String(found.errorInstance)}\n${await fc.asyncDefaultReportMessage(found)}`;
}

it.each(FOUND)("R72 keeps them in what was found before: $what", async ({ seed, path }) => {
  expect(await brokenIn({ seed, path, numRuns: 1, endOnFailure: true })).toBeUndefined();
});

it(
  `R72 R21 F29 L7 L10 keeps order, effects, ends and record whatever happens, in memory (HOLDFAST_SEED=${SEED})`,
  { timeout: 600_000 + RUNS * MOST_MS },
  async () => expect(await brokenIn({ numRuns: RUNS, seed: Number(SEED) })).toBeUndefined(),
);
