// Tests of the scripted model over the real wire protocol, with the desk's real tools on a
// real database. Only the runtime between the two is missing here.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { refundDesk } from "../../examples/refund-desk/agent.ts";
import { openShop } from "../../examples/refund-desk/shop.ts";
import type { Shop } from "../../examples/refund-desk/shop.ts";
import { startDialogue } from "./dialogue.ts";
import type { AskedCall, Dialogue } from "./dialogue.ts";
import { startModelProcess } from "./model-process.ts";
import type { ModelProcess } from "./model-process.ts";
import { executeTool } from "./execute-tool.ts";

let model: ModelProcess;
let folder: string;
let shop: Shop;
beforeAll(async () => {
  model = await startModelProcess();
});
afterAll(async () => {
  await model.stop();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "refund-desk-"));
  shop = openShop({ folder, paceMs: 0 });
});
afterEach(async () => {
  shop.database.close();
  await rm(folder, { recursive: true });
});

/** What the runtime tells the model of a call that was turned down. */
const REJECTED = JSON.stringify({
  error: "rejected",
  message: "A person rejected this call. She got a new one.",
});

/** Answers calls with the real tools until the model ends its turn; tells what it did. */
async function finishTurn(
  dialogue: Dialogue,
  intercept: (call: AskedCall) => string | undefined = () => undefined,
) {
  const done: string[][] = [];
  const desk = refundDesk(shop, { provider: "scripted", model: "scripted" });
  for (;;) {
    const answer = await dialogue.next();
    if (answer.calls.length === 0) return { done, words: answer.words ?? "" };
    done.push(answer.calls.map((call) => call.name));
    for (const call of answer.calls) {
      dialogue.answerCall(call, intercept(call) ?? (await executeTool(desk, call, { folder })));
    }
  }
}

const ONE_REFUND = [["find_order"], ["compute_refund"], ["issue_refund"], ["write_to_customer"]];

describe.each(["chat", "responses"] as const)("the scripted model (%s)", (dialect) => {
  const dialogue = () => startDialogue(model.client, dialect);

  it("brings one refund to its end, counts its calls, and answers what is said after", async () => {
    const before = await model.callsSoFar();
    const task = dialogue();
    task.say(
      "Hello, the teapot of my order ORD-1001 arrived broken. May I have my money back? Ada Mertens",
    );
    const { done, words } = await finishTurn(task);
    expect(done).toEqual(ONE_REFUND);
    expect(words).toBe(
      "Order ORD-1001: €42.00 was refunded, receipt RF-0001. Ada Mertens has been written to.",
    );
    expect(shop.database.refunds()).toMatchObject([{ orderId: "ORD-1001", amountCents: 4200 }]);
    expect(await shop.outbox.letters()).toEqual([
      expect.stringContaining("To: Ada Mertens <ada@example.com>"),
    ]);
    expect((await model.callsSoFar()) - before).toBe(ONE_REFUND.length + 1);

    task.say("What is the status?");
    expect(await finishTurn(task)).toEqual({ done: [], words });
    task.say("Thank you!");
    expect(await finishTurn(task)).toEqual({ done: [], words: `You are welcome. ${words}` });
  });

  it("handles two orders at once", async () => {
    const task = dialogue();
    task.say("The bowls of ORD-1003 and the vase of ORD-1005 are damaged.");
    const { done } = await finishTurn(task);
    expect(done).toEqual(ONE_REFUND.map(([name]) => [name, name]));
    expect(shop.database.refunds().map((refund) => refund.amountCents)).toEqual([4 * 1850, 6900]);
  });

  it("says why a payment was rejected, and proposes it again when told to", async () => {
    const task = dialogue();
    task.say("The teapot of ORD-1001 arrived broken.");
    const reject = (call: AskedCall) => (call.name === "issue_refund" ? REJECTED : undefined);
    const rejected = await finishTurn(task, reject);
    expect(rejected.done).toEqual([["find_order"], ["compute_refund"], ["issue_refund"]]);
    expect(rejected.words).toContain(
      "was not made: A person rejected this call. She got a new one.",
    );
    expect(shop.database.refunds()).toEqual([]);

    task.say("She sent it back. Propose it again, please.");
    expect((await finishTurn(task)).done).toEqual([["issue_refund"], ["write_to_customer"]]);
    expect(shop.database.refunds()).toHaveLength(1);
  });

  it("pays nothing where nothing is due, and asks where it cannot know", async () => {
    const late = dialogue();
    late.say("My order ORD-1002 was damaged.");
    expect((await finishTurn(late)).words).toContain(
      "No refund is due for order ORD-1002. The order was delivered 57",
    );

    const unknown = dialogue();
    unknown.say("Order ORD-9999 was damaged.");
    expect((await finishTurn(unknown)).words).toContain("There is no order ORD-9999.");

    const vague = dialogue();
    vague.say("My parcel arrived broken.");
    expect((await finishTurn(vague)).words).toContain("Which order is it about?");
    vague.say("I do not know. My address is ada@example.com.");
    const listed = await finishTurn(vague);
    expect(listed).toMatchObject({ done: [["list_orders"]] });
    expect(listed.words).toContain("ORD-1001 and ORD-1005");
    vague.say("It is ORD-1005.");
    expect((await finishTurn(vague)).done).toEqual(ONE_REFUND);
  });
});
