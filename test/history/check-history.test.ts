// Tests that the history checker bites (issue 5): a legal history passes, whatever was done in it, and
// each thing that is made wrong with one is found, by its law. The legal ones come from the in-memory
// runner, which is the small model here.
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { History } from "../../testing/index.ts";
import { assertHistory, checkHistory, HISTORY_LAWS } from "../../testing/index.ts";
import type { Trip } from "../faults/support/drive.ts";
import { SEED, SOAK } from "../support/seed.ts";
import { ACCEPTED_MUTATIONS } from "./support/accepted-mutations.ts";
import { APPROVAL_MUTATIONS, AUTHORITY_MUTATIONS } from "./support/authority-mutations.ts";
import { EFFECT_MUTATIONS } from "./support/effect-mutations.ts";
import { END_MUTATIONS, REST_MUTATIONS } from "./support/end-mutations.ts";
import { memoryHistory } from "./support/memory-history.ts";
import type { Mutation } from "./support/mutation.ts";
import { ORDER_MUTATIONS } from "./support/order-mutations.ts";

const MUTATIONS: readonly Mutation[] = [
  ...ORDER_MUTATIONS,
  ...ACCEPTED_MUTATIONS,
  ...EFFECT_MUTATIONS,
  ...AUTHORITY_MUTATIONS,
  ...APPROVAL_MUTATIONS,
  ...END_MUTATIONS,
  ...REST_MUTATIONS,
];

/** Something of everything. */
const RICH: Trip = {
  taskId: "rich",
  plan: [
    ["look a", "mail b", "run c", "admin d", "wire e", "burn f", "book g"],
    ["pay h", "sleep 5", "hear k"],
    ["give pay i", "pay j", "pay k"],
  ],
  decisions: ["approve", "edit", "reject"],
  messages: [
    { id: "m1", mode: "steer" },
    { id: "m2", mode: "queue" },
    { id: "m3", mode: "steer" },
  ],
  rivals: true,
  end: "rest",
};

function foundIn(history: History, { law, says }: Mutation): boolean {
  return checkHistory(history).some((each) => each.law === law && each.problem.includes(says));
}

describe("R28 R95 R96 the history checker", () => {
  let histories: readonly History[] = [];
  beforeAll(async () => {
    const ends = ["rest", "complete", "cancel"] as const;
    histories = await Promise.all(ends.map((end) => memoryHistory({ ...RICH, taskId: end, end })));
  });

  it("passes histories with something of everything in them", () => {
    for (const history of histories) expect(checkHistory(history)).toEqual([]);
  });

  it("names the law and what breaks it", () => {
    const [history] = histories;
    const [effect] = history?.effects ?? [];
    if (history === undefined || effect === undefined) throw new Error("there is no effect");
    const wrong = { ...history, effects: [...history.effects, { ...effect, n: 99 }] };
    expect(checkHistory(wrong)).toContainEqual({
      law: "effect-once",
      problem: `a call of ${effect.tool} was done twice`,
      task: "leader/rest",
      by: [`effect ${effect.n}`, "effect 99"],
    });
    expect(() => assertHistory(wrong)).toThrow(
      `effect-once of leader/rest: a call of ${effect.tool} was done twice (effect ${effect.n}, effect 99)`,
    );
  });

  it("has a history that is wrong on purpose for every law", () => {
    expect(new Set(MUTATIONS.map(({ law }) => law))).toEqual(new Set(HISTORY_LAWS));
  });

  it.each(MUTATIONS)("finds that $name", (mutation) => {
    const wrong = histories.map(mutation.mutate).filter((each) => each !== undefined);
    expect(wrong.length).toBeGreaterThan(0);
    for (const each of wrong) expect(checkHistory(each).map(tellLaw)).toContain(mutation.law);
    expect(wrong.every((each) => foundIn(each, mutation))).toBe(true);
  });
});

function tellLaw({ law }: { readonly law: string }): string {
  return law;
}

const CALLS = ["look", "mail", "run", "admin", "wire", "burn", "book", "pay"] as const;
const call = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...CALLS).map((tool) => `${tool} x`) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 9 }).map((seconds) => `sleep ${seconds}`) },
  { weight: 1, arbitrary: fc.constantFrom("hear a", "hear b") },
  { weight: 1, arbitrary: fc.constantFrom("give mail y", "give pay y") },
);
const trip: fc.Arbitrary<Trip> = fc.record({
  taskId: fc.constant("drawn"),
  // Equal calls of one answer share one operation, which is another test's business.
  plan: fc.array(fc.uniqueArray(call, { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 3,
  }),
  decisions: fc.array(fc.constantFrom("approve", "reject", "edit"), { minLength: 1, maxLength: 3 }),
  messages: fc.uniqueArray(
    fc.record({ id: fc.constantFrom("m1", "m2", "m3"), mode: fc.constantFrom("steer", "queue") }),
    { selector: ({ id }) => id, maxLength: 3 },
  ),
  rivals: fc.boolean(),
  end: fc.constantFrom("rest", "complete", "cancel"),
});

describe("R28 R95 R96 the history checker, on drawn histories", () => {
  it(
    `passes what is legal, and finds whatever is then made wrong (HOLDFAST_SEED=${SEED})`,
    { timeout: SOAK ? 600_000 : 60_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(trip, async (drawn) => {
          const history = await memoryHistory(drawn);
          expect(checkHistory(history)).toEqual([]);
          const missed = MUTATIONS.filter((mutation) => {
            const wrong = mutation.mutate(history);
            return wrong !== undefined && !foundIn(wrong, mutation);
          });
          expect(missed.map(({ name }) => name)).toEqual([]);
        }),
        { numRuns: SOAK ? 100 : 6, seed: Number(SEED) },
      );
    },
  );
});
