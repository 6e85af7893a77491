// Shows the same of the runner without Restate, by the same commands, while models and tools are
// really under way: what it shows of the task is what the log says.
import fc from "fast-check";
import { expect, it } from "vitest";
import { STORIES } from "./commands.ts";
import { memoryStory } from "./memory-story.ts";
import { expectPromises } from "./promises.ts";
import { newReference } from "./reference.ts";
import { STORY_TERMS } from "./story-terms.ts";

/** More with HOLDFAST_RUNS. */
const RUNS = Number(process.env["HOLDFAST_RUNS"] ?? 60);

it(
  "R72 R21 F29 L7 L10 keeps order, effects, ends and record whatever happens, in memory",
  { timeout: 600_000 },
  async () => {
    const property = fc.asyncProperty(STORY_TERMS, STORIES, async (terms, commands) => {
      const task = await memoryStory(terms);
      const reference = newReference("memory");
      await fc.asyncModelRun(() => ({ model: reference, real: task }), commands);
      await expectPromises(reference, task);
    });
    const found = await fc.check(property, { numRuns: RUNS });
    const report = await fc.asyncDefaultReportMessage(found);
    expect(found.failed, `${String(found.errorInstance)}\n${report}`).toBe(false);
  },
);
