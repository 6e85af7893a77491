// Shows that a list of tasks that is changed by what the stream tells is the list that the gateway would send.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  inListOrder,
  isShown,
  mergeTasks,
  type TaskFilter,
  type TaskPages,
} from "../../console/fleet/merge-tasks.ts";
import type { ListedTask } from "../../contract/lists.ts";
import { SEED } from "../support/seed.ts";

const stuckAs = { kind: "overdue", since: 1, at: 2, seq: 3 } as const;

const tasks = fc.uniqueArray(
  fc.record({
    n: fc.nat(40),
    createdAt: fc.nat(9),
    agent: fc.constantFrom("a", "b"),
    owner: fc.constantFrom("ann", "bob"),
  }),
  { selector: ({ n }) => n, maxLength: 25 },
);
const states = fc.record({
  status: fc.constantFrom("idle", "running", "failed"),
  stuck: fc.boolean(),
});
const filters: fc.Arbitrary<TaskFilter> = fc.record(
  {
    status: fc.constantFrom("idle", "idle,failed"),
    agent: fc.constantFrom("a", "b"),
    owner: fc.constant("ann"),
    taskIdPrefix: fc.constantFrom("t1", "t"),
    stuck: fc.constant("true" as const),
  },
  { requiredKeys: [] },
);

type Made = { n: number; createdAt: number; agent: string; owner: string };
type State = { status: "idle" | "running" | "failed"; stuck: boolean };

function taskOf({ n, ...made }: Made, { status, stuck }: State): ListedTask {
  const more = stuck ? { stuck: stuckAs } : {};
  return { ...made, taskId: `t${n}`, taskUid: `u${n}`, updatedAt: 1, status, ...more };
}

/** As the gateway lists them: filtered, in order, by pages; `loaded` of them. */
function pagesOf(all: readonly ListedTask[], size: number, loaded: number): TaskPages {
  const listed = all.toSorted(inListOrder);
  const parts = Array.from({ length: Math.max(1, Math.ceil(listed.length / size)) }, (_, at) =>
    listed.slice(at * size, (at + 1) * size),
  );
  const pages = parts.map((page, at) => ({
    tasks: page,
    ...(at === parts.length - 1 ? {} : { cursor: String(at) }),
  }));
  return { pages: pages.slice(0, loaded), pageParams: [] };
}

describe("R76 the fleet's list", () => {
  it(`is after each change what the gateway would list, as far as it was loaded (HOLDFAST_SEED=${SEED})`, () => {
    const property = fc.property(
      tasks,
      fc.array(fc.tuple(states, states), { minLength: 41, maxLength: 41 }),
      fc.func(fc.boolean()),
      filters,
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 5 }),
      (made, byNumber, isNew, filter, size, loaded) => {
        const was = (of: Made) => taskOf(of, byNumber[of.n]?.[0] as State);
        const is = (of: Made) => taskOf(of, byNumber[of.n]?.[1] as State);
        const before = made.filter(({ n }) => !isNew(n)).map(was);
        const pages = pagesOf(
          before.filter((task) => isShown(task, filter)),
          size,
          loaded,
        );
        const merged = mergeTasks(pages, made.map(is), filter);
        const shown = merged.pages.flatMap((page) => page.tasks);
        const now = made
          .map(is)
          .filter((task) => isShown(task, filter))
          .toSorted(inListOrder);
        const complete = pages.pages.at(-1)?.cursor === undefined;
        // What is behind the last row that was loaded comes with its page.
        const last = pages.pages.flatMap((page) => page.tasks).at(-1);
        const expected = complete
          ? now
          : now.filter((task) => last !== undefined && inListOrder(task, last) <= 0);
        expect(shown.map(({ taskId, status }) => [taskId, status])).toEqual(
          expected.map(({ taskId, status }) => [taskId, status]),
        );
      },
    );
    fc.assert(property, { numRuns: 1_000, seed: Number(SEED) });
  });

  it("stays the same object where nothing of it has changed", () => {
    const pages = pagesOf([], 5, 1);
    const other = taskOf(
      { n: 1, createdAt: 1, agent: "b", owner: "ann" },
      { status: "idle", stuck: false },
    );
    expect(mergeTasks(pages, [other], { agent: "a" })).toBe(pages);
  });
});
