// Owns the tests of children: what a task that was started with `budgetParent` asks of budgets, and
// that what all of them use is drawn from their parent's.
import { describe, expect, it } from "vitest";
import type { Amounts } from "../../contract/budget.ts";
import type { BudgetParent } from "../../contract/budget-parent.ts";
import type { EventBody } from "../../contract/event.ts";
import { budgetKey } from "../../core/budget/levels.ts";
import { defineBudgets } from "../../core/budget/settings.ts";
import { sealEvent } from "../../core/log.ts";
import { reduce } from "../../core/reduce.ts";
import type { TaskHead } from "../../core/task-head.ts";
import {
  budgetParentOf,
  requestBudget,
  reserveRequest,
  restBudget,
  settled,
} from "../../core/transition/budget.ts";
import { newHead, onStart } from "../../core/transition/message.ts";
import { createMemoryBudgets } from "../../testing/memory/memory-budgets.ts";
import { createVirtualClock } from "../../testing/memory/virtual-clock.ts";

const EACH = { money: 2 };
const LIMIT = { money: 10 };

function taskOf(uid: string, budgetParent?: BudgetParent): TaskHead {
  const task = {
    taskUid: uid,
    taskId: uid,
    agent: "clerk",
    agentVersion: "1",
    tenant: "acme",
    budgetParent,
    inputDigest: "",
    at: 0,
  };
  return record(newHead(task), onStart(task));
}

function record(head: TaskHead, events: readonly EventBody[]): TaskHead {
  return events.reduce((before, body) => reduce(before, sealEvent(before, body, 0)), head);
}

function family() {
  const clock = createVirtualClock();
  const settings = defineBudgets({ levels: { task: {}, tenant: {} }, idleMs: 1_000 });
  const budgets = createMemoryBudgets({ settings, clock, wake: () => {} });
  const keyOf = ({ taskUid }: TaskHead): string => budgetKey({ level: "task", taskUid });
  return {
    clock,
    budgets,
    /** Reserves; the head after it, or undefined when it was denied. */
    reserve(head: TaskHead, amounts: Amounts): TaskHead | undefined {
      const asked = record(head, [requestBudget(head, { amounts })]);
      const { open } = asked.budget ?? {};
      if (open === undefined) throw new Error("nothing was asked for");
      const answer = budgets.reserve(keyOf(head), reserveRequest(asked, open));
      return answer.result === "granted" ? asked : undefined;
    },
    /** Settles what is open, and rests. */
    end(head: TaskHead, used: Amounts): void {
      const { open } = head.budget ?? {};
      if (open === undefined) throw new Error("nothing is open");
      const told = restBudget({ ...record(head, [settled(open, used)]), status: "idle" });
      if (told !== undefined) budgets.settle(keyOf(head), told.request);
    },
  };
}

describe("children of one parent", () => {
  it("R98 R49 50 of them never reserve more than its limit in all, and go on when it is extended", async () => {
    const { clock, budgets, reserve, end } = family();
    const parent = taskOf("parent");
    const by = { by: "ann", reason: "a test" };
    budgets.limit("task/parent", { set: LIMIT, ...by });
    const all = Array.from({ length: 50 }, (_, n) => taskOf(`child-${n}`, budgetParentOf(parent)));
    const first = all.map((child) => reserve(child, EACH));
    expect(first.filter((each) => each !== undefined)).toHaveLength(5);
    // Each used half of what it reserved, so that there is room for another.
    for (const child of first) if (child !== undefined) end(child, { money: 1 });
    const left = all.filter((_, n) => first[n] === undefined);
    const second = left.map((child) => reserve(child, EACH));
    expect(second.filter((each) => each !== undefined)).toHaveLength(2);
    budgets.limit("task/parent", { extend: { money: 100 }, ...by });
    const third = left.filter((_, n) => second[n] === undefined);
    expect(third.every((child) => reserve(child, EACH) !== undefined)).toBe(true);
    const shown = budgets.show("task/parent");
    expect(shown.leased.money).toBeLessThanOrEqual(110);
    await clock.advance(10_000);
    expect(budgets.show("task/parent")).toMatchObject({ used: { money: 5 } });
    expect(budgets.show("tenant/acme").used.money).toBe(5);
  });

  it("R98 a child's child draws on its parent, and so on all above", () => {
    const { budgets, reserve } = family();
    const child = taskOf("child", budgetParentOf(taskOf("parent")));
    const grandchild = taskOf("grandchild", budgetParentOf(child));
    expect(grandchild.budgetParent).toEqual({
      agent: "clerk",
      taskId: "child",
      taskUid: "child",
      ancestors: ["parent"],
    });
    budgets.limit("task/parent", { set: LIMIT, by: "ann", reason: "a test" });
    expect(reserve(grandchild, { money: 11 })).toBeUndefined();
    expect(reserve(grandchild, { money: 10 })).toBeDefined();
    expect(reserve(child, { money: 1 })).toBeUndefined();
    expect(budgets.show("task/parent").leased.money).toBe(10);
    // A task works once, whatever else comes in slices.
    expect(budgets.show("task/child").leased.concurrency).toBe(1);
  });

  it("R49 concurrency of a parent bounds how many of them work at once", () => {
    const { budgets, reserve, end } = family();
    const parent = budgetParentOf(taskOf("parent"));
    budgets.limit("task/parent", { set: { concurrency: 2 }, by: "ann", reason: "a test" });
    const all = Array.from({ length: 4 }, (_, n) => taskOf(`child-${n}`, parent));
    const working = all.map((child) => reserve(child, EACH));
    expect(working.map((each) => each !== undefined)).toEqual([true, true, false, false]);
    const [first, , third] = all;
    if (working[0] !== undefined) end(working[0], EACH);
    expect(third && reserve(third, EACH)).toBeDefined();
    expect(first && reserve(first, EACH)).toBeUndefined();
  });
});
