// Shows that a task keeps its promises in every story that fast-check finds, in the pure core: what
// people say, what models and tools come back with, segments that are killed, clocks that jump
// (L1, L2, L7, L10).
import fc from "fast-check";
import { expect, it } from "vitest";
import { SEED } from "../support/seed.ts";
import { STORIES } from "./commands.ts";
import { coreStory } from "./core-story.ts";
import { expectPromises } from "./promises.ts";
import { newReference } from "./reference.ts";
import { storyAgent } from "./story-agent.ts";
import { STORY_TERMS } from "./story-terms.ts";

/** More with HOLDFAST_RUNS=100000, and others with HOLDFAST_SEED. */
const RUNS = Number(process.env["HOLDFAST_RUNS"] ?? 2_000);
/** Of one, on a busy machine. */
const MOST_MS = 200;

it(
  `R72 R66 F29 L7 L10 keeps order, effects, ends and record whatever happens, in the core (HOLDFAST_SEED=${SEED})`,
  { timeout: 600_000 + RUNS * MOST_MS },
  async () => {
    const property = fc.asyncProperty(STORY_TERMS, STORIES, async (terms, commands) => {
      const task = coreStory(storyAgent(terms));
      const reference = newReference("core");
      await fc.asyncModelRun(() => ({ model: reference, real: task }), commands);
      await expectPromises(reference, task);
    });
    const found = await fc.check(property, { numRuns: RUNS, seed: Number(SEED) });
    const report = await fc.asyncDefaultReportMessage(found);
    expect(found.failed, `${String(found.errorInstance)}\n${report}`).toBe(false);
  },
);
