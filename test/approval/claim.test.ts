// Owns claims: who is told that somebody looks at an approval, for how long, and that nobody's decision
// waits for it.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { claimAt } from "../../core/approval/claim.ts";
import { approvalView } from "../../core/approval/approval-view.ts";
import { packageOf } from "./support/approval-package.ts";
import { outcomeOf, type Story, storyOf } from "./support/story.ts";

const MINUTE = 60_000;
const open = () => storyOf(packageOf({ owner: "owen", rule: { expiresAfterMs: 60 * MINUTE } }));
const viewAt = ({ head, notices }: Story, now: number) =>
  approvalView(
    { head, approval: packageOf({}), edited: undefined, history: notices, changes: [] },
    now,
  );

describe("R97 a claim", () => {
  it("is seen by everybody until its end, and then by nobody", () => {
    const story = open();
    expect(story.claim({ by: "ada" }, 2_000)).toEqual({
      result: "claimed",
      claim: { by: "ada", at: 2_000, until: 2_000 + MINUTE },
    });
    expect(viewAt(story, 2_000 + MINUTE - 1).claim?.by).toBe("ada");
    expect(viewAt(story, 2_000 + MINUTE)).not.toHaveProperty("claim");
    expect(story.claim({ by: "ben" }, 2_000 + MINUTE)).toMatchObject({ result: "claimed" });
  });

  it("of another person is told with its end, and is taken over by who says so", () => {
    const story = open();
    story.claim({ by: "ada" }, 2_000);
    expect(story.claim({ by: "ben" }, 3_000)).toMatchObject({
      code: "approval_claimed",
      details: { by: "ada", until: String(2_000 + MINUTE) },
    });
    expect(outcomeOf(story.release("ben", 3_000))).toBe("approval_claimed");
    expect(story.claim({ by: "ben", takeOver: true }, 3_000)).toMatchObject({
      result: "taken-over",
    });
    expect(story.notices.slice(1)).toMatchObject([
      { type: "claimed", by: "ada" },
      { type: "claimed", by: "ben", from: "ada" },
    ]);
  });

  it("made again by the same person is one, until half of it has gone", () => {
    const story = open();
    story.claim({ by: "ada" }, 2_000);
    expect(story.claim({ by: "ada" }, 3_000)).toMatchObject({ claim: { until: 2_000 + MINUTE } });
    expect(story.notices).toHaveLength(2);
    const late = 2_000 + MINUTE / 2;
    expect(story.claim({ by: "ada" }, late)).toMatchObject({
      result: "extended",
      claim: { until: late + MINUTE },
    });
    expect(story.notices).toHaveLength(3);
  });

  it("keeps nobody from deciding, who is told of it; and ends with the decision", () => {
    const story = open();
    story.claim({ by: "ada" }, 2_000);
    expect(story.decide({ by: "ben" }, 3_000)).toMatchObject({
      result: "settled",
      claimedBy: "ada",
    });
    expect(viewAt(story, 3_000)).not.toHaveProperty("claim");
    expect(outcomeOf(story.claim({ by: "ada" }, 4_000))).toBe("approval_decided");
    const own = open();
    own.claim({ by: "ada" }, 2_000);
    expect(own.decide({ by: "ada" }, 3_000)).not.toHaveProperty("claimedBy");
  });

  it("R35 is made by those only who may decide, and leaves no word of the others", () => {
    const story = open();
    for (const by of ["owen", "rita", "desk"])
      expect(outcomeOf(story.claim({ by }, 2_000))).toBe("approval_forbidden");
    expect(story.notices).toHaveLength(1);
  });

  it("is released once, and what is not claimed is no error", () => {
    const story = open();
    story.claim({ by: "ada" }, 2_000);
    expect([1, 2].map(() => outcomeOf(story.release("ada", 3_000)))).toEqual([
      "released",
      "unclaimed",
    ]);
  });

  it("F14 whatever claims come, a log has 64 of them at most, and the approval can be decided", () => {
    const act = fc.record({
      by: fc.constantFrom("ada", "ben"),
      takeOver: fc.boolean(),
      after: fc.integer({ min: 0, max: 3 * MINUTE }),
      release: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(act, { minLength: 150, maxLength: 250 }), (acts) => {
        const story = storyOf(packageOf({ rule: { expiresAfterMs: 1_000 * MINUTE } }));
        let now = 2_000;
        for (const { by, takeOver, after, release } of acts) {
          now += after;
          if (release) story.release(by, now);
          else story.claim({ by, takeOver }, now);
          expect((claimAt(story.head, now)?.until ?? Infinity) > now).toBe(true);
        }
        expect(story.notices.filter(({ type }) => type === "claimed").length).toBeLessThan(65);
        expect(outcomeOf(story.decide({ by: "cleo" }, now))).toBe("settled");
      }),
      { numRuns: 50, seed: 7 },
    );
  });
});
