// Owns the tests of what a call costs a budget whose result a person states by hand: what the person
// says, else its price, and nothing where it did not run; the log says which (R98, R72).
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineAgent, defineBudgets, defineTool } from "../../index.ts";
import { runInMemory, scriptedModel } from "../../testing/index.ts";
import { dataOf } from "../agent/support/task.ts";

const PRICES = [{ model: "m", from: "2020-01-01", inputPerMillion: 0, outputPerMillion: 0 }];
const PRICE = 70_000;
const SAID = { reason: "I called the bank", by: "ann" };

/** A task whose one call, at this price, has left nobody knowing whether it took effect. */
async function unknownCall(app: object = { budgets: defineBudgets({ levels: { task: {} } }) }) {
  const pay = defineTool({
    name: "pay",
    description: "Pays.",
    input: z.strictObject({}),
    output: z.string(),
    effect: "financial",
    approval: "never",
    retry: { maxAttempts: 1 },
    price: () => PRICE,
    execute: async (_, { beginEffect }) => {
      await beginEffect();
      throw new TypeError("the line is dead");
    },
  });
  const task = runInMemory({
    agent: defineAgent({
      name: "payer",
      instructions: "Pay.",
      model: { provider: "scripted", model: "m" },
      tools: [pay],
    }),
    providers: { scripted: scriptedModel([{ calls: [{ tool: "pay", arguments: {} }] }, "Done."]) },
    ...app,
    prices: PRICES,
  });
  await task.start("Pay.");
  const { operations, taskUid } = await task.until("waiting-reconcile");
  const operationId = operations[0]?.operationId ?? "";
  const show = () => task.budgets.show(`task/${taskUid}`);
  return { task, operationId, show };
}

describe("R98 R72 a priced call whose result is stated by hand", () => {
  it.each([
    ["what the person says it was", { used: { money: 20_000 } }, 20_000, "stated"],
    ["nothing, if the person says so", { used: { money: 0 } }, 0, "stated"],
    ["its price, where nobody says", {}, PRICE, "price"],
  ] as const)("costs %s", async (_, used, money, by) => {
    const { task, operationId, show } = await unknownCall();
    expect((await show()).reserved.money).toBe(PRICE);
    await task.control({ verb: "override", operationId, result: "paid", ...SAID, ...used });
    await task.until("idle");
    const shown = await show();
    expect(shown.used.money ?? 0).toBe(money);
    expect({ reserved: shown.reserved, open: shown.open }).toEqual({ reserved: {}, open: [] });
    const [stated] = dataOf(await task.events(), "operation.overridden");
    expect(stated?.used).toEqual({ money, by });
  });

  it("costs what was said also where that is more than was reserved, and that is reported", async () => {
    const { task, operationId, show } = await unknownCall();
    const used = { money: PRICE + 5 };
    await task.control({ verb: "override", operationId, result: "paid", ...SAID, used });
    await task.until("idle");
    expect(await show()).toMatchObject({ used, overrun: { money: 5 } });
    const settled = dataOf(await task.events(), "budget.settled");
    expect(settled.map(({ overrun }) => overrun)).toContainEqual({ money: 5 });
  });

  it("is refused a cost where no budget has reserved one", async () => {
    const { task, operationId } = await unknownCall({});
    const used = { money: 1 };
    await expect(
      task.control({ verb: "override", operationId, result: "x", ...SAID, used }),
    ).rejects.toMatchObject({ code: "invalid_input" });
    await task.control({ verb: "override", operationId, result: "x", ...SAID });
    await task.until("idle");
  });
});
