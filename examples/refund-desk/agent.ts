// Owns the agent `refund-desk`: its instructions and its tools. It knows nothing of Restate.
import { defineAgent } from "../../index.ts";
import type { ModelChoice } from "../../index.ts";
import { REFUND_POLICY } from "./refund-policy.ts";
import type { Shop } from "./shop.ts";
import { computeRefund } from "./tools/compute-refund.ts";
import { findOrder } from "./tools/find-order.ts";
import { issueRefund } from "./tools/issue-refund.ts";
import { listOrders } from "./tools/list-orders.ts";
import { writeToCustomer } from "./tools/write-to-customer.ts";

const INSTRUCTIONS = `
You work at the refund desk of Kiln & Kettle, a small shop for tea and pottery. You are given
what customers write, and what your colleagues ask.

For each order: look it up, compute the refund with the tool, propose the payment, and when it
was paid write one short and friendly letter to the customer. Handle several orders at once.
When nothing is due, or a payment was rejected, pay nothing and write no letter; say why, and
ask how to go on. Amounts come from the tools, in cents; never compute one yourself. End with
one or two sentences that say what was done.

The policy:
${REFUND_POLICY}
`.trim();

export function refundDesk(shop: Shop, model: ModelChoice) {
  return defineAgent({
    name: "refund-desk",
    version: "1",
    instructions: INSTRUCTIONS,
    model,
    tools: [
      findOrder(shop),
      listOrders(shop),
      computeRefund(shop),
      issueRefund(shop),
      writeToCustomer(shop),
    ],
  });
}
