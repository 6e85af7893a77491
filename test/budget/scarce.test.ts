// Owns who gets what when a budget is nearly used up and others wait.
import { describe, expect, it } from "vitest";
import type { Amounts, LeaseRequest, ReserveRequest } from "../../contract/budget.ts";
import {
  type Ask,
  type BudgetChange,
  newBudget,
  openChange,
  type Work,
} from "../../core/budget/budget-state.ts";
import { attend } from "../../core/budget/attend.ts";
import { lease } from "../../core/budget/lease.ts";
import { reserve } from "../../core/budget/reserve.ts";
import { settle } from "../../core/budget/settle.ts";
import { defineBudgets } from "../../core/budget/settings.ts";

const settings = defineBudgets({ levels: { tenant: { limit: { money: 100 } } }, desks: 1 });
const money = (amount: number): Amounts => ({ money: amount });

const asks = (
  holder: string,
  seq: number,
  need: number,
  more: Partial<LeaseRequest> = {},
): LeaseRequest => ({
  v: 1,
  holder,
  seq,
  used: {},
  giveBack: {},
  need: money(need),
  want: money(need * 8),
  ...more,
});

/** Does work that asks nobody. */
function done<T>(work: Work<T>): T {
  const step = work.next();
  if (step.done !== true) throw new Error("it asks another budget");
  return step.value;
}

describe("a budget that is short", () => {
  it("R98 while others wait it grants the need and no more, and says that it is scarce", () => {
    const change = openChange(newBudget("tenant/acme"), settings);
    const ask = (request: LeaseRequest) =>
      done(lease(change, change.rows.get(request.holder), request));
    expect(ask(asks("task/a", 1, 1))).toEqual({
      seq: 1,
      granted: money(6),
      limited: ["money"],
    });
    expect(ask(asks("task/b", 1, 80)).granted).toEqual(money(80));
    expect(ask(asks("task/c", 1, 50)).denied).toMatchObject({
      dimension: "money",
      limit: 100,
      reserved: 86,
      needed: 50,
    });
    expect(change.sends).toContainEqual({ type: "recall-holders", after: "" });
    expect(ask(asks("task/d", 1, 1))).toMatchObject({
      granted: money(1),
      scarce: true,
    });
  });

  it("R98 room that was offered and not taken is offered to who waits behind", () => {
    const change = openChange(newBudget("tenant/acme"), settings);
    const ask = (request: LeaseRequest) =>
      done(lease(change, change.rows.get(request.holder), request));
    const offeredTo = (): readonly string[] =>
      change.sends
        .splice(0)
        .flatMap((each) =>
          each.type === "attend" && each.message.type === "offer" ? [each.key] : [],
        );
    ask(asks("task/a", 1, 100));
    ask(asks("task/b", 1, 100));
    ask(asks("task/c", 1, 100));
    expect(offeredTo()).toEqual([]);

    ask(asks("task/a", 2, 0, { giveBack: money(100) }));
    expect(change.sends).toContainEqual(
      expect.objectContaining({ key: "tenant/acme", message: { v: 1, type: "look" } }),
    );
    expect(offeredTo()).toEqual(["task/b"]);
    done(attend(change, undefined, { v: 1, type: "look" }));
    expect(offeredTo()).toEqual(["task/c"]);
    done(attend(change, undefined, { v: 1, type: "look" }));
    expect(offeredTo()).toEqual(["task/b"]);
  });

  it("R98 what was scarce goes back as soon as it is free", () => {
    const change = openChange(newBudget("task/a"), settings);
    const first = reserve(change, reserveOf(0, 5)).next();
    expect(first.value).toMatchObject({
      key: "tenant/acme",
      request: { need: money(5), want: money(40) },
    });
    answer(reserve(openedBefore(change), reserveOf(0, 5)), { granted: money(5), scarce: true });

    const back = settle(change, {
      v: 1,
      settlements: [{ n: 0, used: money(2) }],
      oldest: 1,
    }).next();
    expect(back.value).toMatchObject({ request: { used: money(2), giveBack: money(3), need: {} } });
  });

  const reserveOf = (n: number, amount: number): ReserveRequest => ({
    v: 1,
    n,
    amounts: money(amount),
    place: { tenant: "acme" },
    at: 0,
    settles: [],
    oldest: n,
  });

  /** The request that the first handler left behind is sent again, with the same number. */
  const openedBefore = (change: BudgetChange): BudgetChange => {
    expect(change.budget.sources["tenant/acme"]?.pending?.seq).toBe(1);
    return change;
  };

  function answer<T>(work: Work<T>, given: { granted: Amounts; scarce: true }): void {
    const step = work.next();
    const { request } = step.value as Ask;
    const end = work.next({ seq: request.seq, ...given });
    expect(end).toMatchObject({ done: true, value: { result: "granted" } });
  }
});
