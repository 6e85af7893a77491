// Owns how a task that waits gets what stands unused with another that goes on working: cases that
// the games of chance in network.test.ts find too seldom.
import { describe, expect, it } from "vitest";
import type { Amounts, ReserveAnswer, Settlement } from "../../contract/budget.ts";
import { defineBudgets } from "../../core/budget/settings.ts";
import { createNetwork } from "./support/network.ts";

type Settings = Parameters<typeof defineBudgets>[0];

/** Tasks that reserve and settle one after the other; each message arrives before the next move. */
function createTasks(levels: Settings["levels"]) {
  const settings = defineBudgets({ levels, desks: 1 });
  const network = createNetwork({ settings, onStore: () => {} });
  const settleDown = (): void => {
    while (network.choices() > 0) network.act(0);
  };
  return {
    woken: network.woken,
    reserve(uid: string, n: number, amounts: Amounts, parent?: string) {
      let result: ReserveAnswer["result"] | "lost" | undefined;
      const ancestors = parent === undefined ? {} : { ancestors: [parent] };
      const place = { tenant: "acme", ...ancestors };
      const wake = { agent: "clerk", taskId: uid };
      const request = { n, amounts, place, at: 0, settles: [], oldest: 0, works: true, wake };
      network.reserve(`task/${uid}`, { v: 1, ...request }, (answer) => {
        result = answer === "lost" ? answer : answer.result;
      });
      settleDown();
      return result;
    },
    settle(uid: string, settlement: Settlement, rest = false) {
      const request = { settlements: [settlement], oldest: 0, rest };
      network.settle(`task/${uid}`, { v: 1, ...request }, () => {});
      settleDown();
    },
  };
}

describe("what a working task does not use", () => {
  it("R98 goes on from a parent to the child that waits, when another child has given it back", () => {
    const { reserve, settle, woken } = createTasks({
      tenant: { limit: { steps: 1, concurrency: 3 } },
    });
    expect(reserve("bob's", 0, { steps: 1 })).toBe("granted");
    expect(reserve("parent", 0, { money: 1 })).toBe("granted");
    expect(reserve("child-1", 0, { steps: 1 }, "parent")).toBe("denied");
    expect(reserve("child-2", 0, { money: 1 }, "parent")).toBe("granted");

    // The step is free; the parent's two of `concurrency` and bob's one are all there are.
    settle("bob's", { n: 0, used: {} });
    expect([...woken]).toEqual([]);
    settle("child-2", { n: 0, used: {} }, true);
    expect([...woken]).toEqual(["child-1"]);
    expect(reserve("child-1", 0, { steps: 1 }, "parent")).toBe("granted");
  });

  it("R98 goes back to the tenant that called it back, though the day has given more since", () => {
    const { reserve, settle, woken } = createTasks({ tenant: { limit: { money: 10 } }, day: {} });
    expect(reserve("ann's", 0, { money: 6 })).toBe("granted");
    expect(reserve("bob's", 0, { money: 6 })).toBe("denied");
    expect(reserve("ann's", 1, { money: 2, steps: 1 })).toBe("granted");

    settle("ann's", { n: 0, used: { money: 1 } });
    expect([...woken]).toEqual(["bob's"]);
    expect(reserve("bob's", 0, { money: 6 })).toBe("granted");
  });
});
