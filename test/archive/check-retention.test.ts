// Owns that classes of retention which nobody can have meant stop the start, and how the times follow from a head.
import { describe, expect, it } from "vitest";
import type { RetentionSettings } from "../../contract/retention.ts";
import { retentionProblems } from "../../core/retention/check-retention.ts";
import { retentionOf } from "../../core/retention/retention-of.ts";

const app = { agents: ["desk"], erasable: true };
const DAY = 86_400_000;

describe("classes of retention", () => {
  it.each([
    ["a time that is no time", { a: { recordMs: Number.NaN } }, /"a": recordMs must be/],
    ["a time below a minute", { a: { contentMs: 30 } }, /"a": contentMs must be/],
    ["no time at all", { a: {} }, /says neither contentMs nor recordMs/],
    ["the record before the content", { a: { contentMs: 2 * DAY, recordMs: DAY } }, /not be below/],
    [
      "artifacts of a third kind",
      { a: { recordMs: DAY, artifacts: "burn" } },
      /"keep" or "remove"/,
    ],
    ["a name that is none", { "a b": { recordMs: DAY } }, /its name must/],
  ])("refuses %s", (_, classes, problem) => {
    const settings = { classes } as unknown as RetentionSettings;
    expect(retentionProblems(settings, app).join("\n")).toMatch(problem);
  });

  it("refuses content that cannot be erased, agents that are none, and classes that are not there", () => {
    const classes = { short: { contentMs: DAY } };
    const without = retentionProblems({ classes }, { ...app, erasable: false });
    expect(without.join()).toContain("takes the app's option evidence");
    const wrong = { classes, agents: { nobody: "short", desk: "long" }, otherwise: "toString" };
    expect(retentionProblems(wrong, app)).toEqual([
      'retention.agents names "nobody", which is no agent of the app',
      'retention.agents gives "desk" the class "long"; there are: short',
      'retention.otherwise names the class "toString"; there are: short',
    ]);
  });

  it("takes what is meant", () => {
    expect(retentionProblems(undefined, app)).toEqual([]);
    const classes = { short: { contentMs: DAY, recordMs: DAY }, long: { recordMs: 400 * DAY } };
    expect(
      retentionProblems({ classes, agents: { desk: "short" }, otherwise: "long" }, app),
    ).toEqual([]);
  });

  it("count from the end, also of heads that do not say when that was, and of none that may go on", () => {
    const settings = {
      classes: { short: { contentMs: DAY, recordMs: 2 * DAY } },
      otherwise: "short",
    };
    const head = { agent: "desk", status: "killed", updatedAt: 5, salt: "s" } as const;
    const kept = { class: "short", artifacts: "keep" };
    expect(retentionOf(head, settings)).toEqual({
      ...kept,
      eraseAt: 5 + DAY,
      removeAt: 5 + 2 * DAY,
    });
    expect(retentionOf({ ...head, since: 3 }, settings)).toMatchObject({ removeAt: 3 + 2 * DAY });
    expect(retentionOf({ ...head, status: "failed" }, settings)).toEqual(kept);
    expect(retentionOf({ ...head, preserved: { at: 1, reason: "r" } }, settings)).toEqual(kept);
    const { salt: _, ...unsalted } = head;
    expect(retentionOf(unsalted, settings)).toEqual({ ...kept, removeAt: 5 + 2 * DAY });
    expect(retentionOf(head, { classes: {} })).toBeUndefined();
  });
});
