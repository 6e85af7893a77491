// Shows what a credential that expires in the middle of a task's work costs: a wait for whoever can
// renew it, and nothing that was done is done again (R71, F26).
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { CredentialResolver } from "../../contract/credential.ts";
import { credentialRefused, defineTool } from "../../index.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { asksFor, says, scriptedModel } from "../agent/support/scripted-model.ts";
import { dataOf } from "../agent/support/task.ts";

const STEPS = 9;
const EXPIRES_AT = 5;

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

/** A shop whose key is good for a while, and then only the next one is. */
function openShop() {
  const shop = {
    takes: "the-first-key",
    sent: "the-first-key",
    done: [] as number[],
    refused: [] as number[],
  };
  const move = defineTool({
    name: "move",
    description: "Moves one pallet.",
    input: z.strictObject({ pallet: z.number() }),
    output: z.string(),
    effect: "financial",
    approval: "never",
    credentials: ["shop"],
    async execute({ pallet }, context) {
      const key = await context.credential("shop");
      if (pallet === EXPIRES_AT && shop.refused.length === 0) shop.takes = "the-second-key";
      if (key !== shop.takes) {
        shop.refused.push(pallet);
        throw credentialRefused("shop", "the shop says that it has expired");
      }
      shop.done.push(pallet);
      return `moved ${pallet}`;
    },
  });
  return { shop, move };
}

describe("a credential that expires in the middle", () => {
  it("R71 F26 is waited for, and the task goes on at the same step, with nothing repeated", async () => {
    const { shop, move } = openShop();
    let calls = 0;
    const model = scriptedModel(() => {
      calls += 1;
      return calls > STEPS ? says("All are moved.") : asksFor(["move", { pallet: calls }]);
    });
    const credentials: CredentialResolver = {
      resolve: async () => ({ outcome: "ok", value: shop.sent, source: "the vault" }),
    };
    const desk = await scene.open({ name: "mover", model, tools: [move], app: { credentials } });
    const task = desk.task("t");
    await task.start("Move them.", "ann");

    const waiting = await task.until("waiting-auth");
    expect(waiting).toMatchObject({ step: EXPIRES_AT, operations: [{ tool: "move" }] });
    expect(waiting.reason).toContain("shop");
    expect(shop.done).toEqual([1, 2, 3, 4]);
    const { operationId } = waiting.operations[0] ?? {};

    // Somebody renews it, and says so.
    shop.sent = "the-second-key";
    await task.post("retry", { operationId, reason: "renewed", by: "ann" });
    await task.until("idle");
    expect(shop.done).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // Each step's model call was made once as well, and the one that waited is the same operation.
    expect(model.requests).toHaveLength(STEPS + 1);
    const returned = dataOf(await task.log(), "tool.returned");
    expect(returned.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 2, 1, 1, 1, 1]);
    expect(returned.every(({ outcome }) => outcome === "ok")).toBe(true);
  });
});
