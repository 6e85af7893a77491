// Owns the scene in which the order changes between the proposal and the approval.
import { randomUUID } from "node:crypto";
import { curl } from "../curl.ts";
import type { Scene } from "./scene.ts";
import { events, letters, paidCents, paymentRequests } from "./scene.ts";

const ORDER = "ORD-1001";
const TEAPOT = "POT-TEAPOT";

export const stale: Scene = {
  name: "stale",
  about: "The order changes before the approval: nothing is paid, and a person is asked anew.",
  play: async (stage) => {
    const { shop } = stage;
    const first = await stage.proposal();
    stage.tell("Meanwhile a colleague refunds the teapot on the phone, past the desk:");
    const payment = { idempotencyKey: randomUUID(), orderId: ORDER, amountCents: 4200 };
    const { receipt } = shop.database.insertRefund(payment, [TEAPOT], shop.now());
    stage.command(`receipt ${receipt}, €42.00`);
    stage.tell("Bea knows nothing of that, and approves:");
    await stage.decide(first, { decision: "approve", by: "bea" });
    const blocked = await stage.until("call.blocked");

    const second = await stage.proposal();
    stage.tell("Nothing was paid, and she is asked anew. This time she looks at the order, too:");
    const { show, url } = stage.approval(second);
    stage.command(curl(`${url}/show`, { compare: true }));
    const { state } = await show({ compare: true });
    const line = shop.database.findOrder(ORDER)?.lines.find(({ sku }) => sku === TEAPOT);
    stage.command(`-> ${state}; the teapot ${line?.refunded ? "was refunded" : "is not refunded"}`);
    const message = "It was refunded on the phone already.";
    await stage.decide(second, { decision: "reject", by: "bea", message });
    await stage.until("turn.completed");
    return [
      { what: "why the approved call did nothing", seen: blocked.data.code, expected: "stale" },
      { what: "requests for an approval", seen: events(stage, "approval.requested"), expected: 2 },
      {
        what: "whether both asked for the same digest",
        seen: first.digest === second.digest ? "yes" : "no",
        expected: "no",
      },
      { what: "cents that were refunded, on the phone", seen: paidCents(stage), expected: "4200" },
      {
        what: "requests that the payment provider got from the desk",
        seen: paymentRequests(stage),
        expected: 0,
      },
      { what: "letters in the outbox", seen: await letters(stage), expected: 0 },
    ];
  },
};
