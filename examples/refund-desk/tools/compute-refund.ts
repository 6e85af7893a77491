// Owns the tool that computes what the policy grants. It pays nothing.
import { defineTool } from "../../../index.ts";
import { claimedRefund } from "../claimed-refund.ts";
import { claimSchema, refundComputationSchema } from "../shop-schema.ts";
import type { Shop } from "../shop.ts";

export function computeRefund(shop: Shop) {
  return defineTool({
    name: "compute_refund",
    version: "1",
    description:
      "Computes what the shop's policy grants for an order: the amount in cents (0 when nothing is due) and the " +
      "explanation for the customer. Pays nothing. Never compute an amount yourself.",
    input: claimSchema,
    output: refundComputationSchema,
    effect: "read",
    execute: async (claim, { signal }) => {
      const computed = claimedRefund(shop, claim);
      await shop.answerSlowly(signal);
      return computed;
    },
  });
}
