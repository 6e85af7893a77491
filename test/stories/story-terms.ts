// Owns under which limits a story's agent works, as fast-check draws them.
import fc from "fast-check";
import type { StoryTerms } from "./story-agent.ts";

export const STORY_TERMS: fc.Arbitrary<StoryTerms> = fc.record({
  limits: fc.record({
    maxSteps: fc.constantFrom(3, 100),
    maxSegmentSteps: fc.constantFrom(1, 32),
    toolWaitMs: fc.constantFrom(30_000, 600_000),
    maxProviderWaitMs: fc.constantFrom(1, 30_000),
  }),
  oneShot: fc.nat(4).map((n) => n === 0),
});
