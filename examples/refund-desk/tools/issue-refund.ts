// Owns the tool that pays a refund: once for each idempotency key, and never another amount
// than the policy grants, whatever the model asks for.
import { z } from "zod";
import { defineTool, toolFailure } from "../../../index.ts";
import { claimedRefund } from "../claimed-refund.ts";
import { claimSchema, receiptSchema } from "../shop-schema.ts";
import type { Shop } from "../shop.ts";

export function issueRefund(shop: Shop) {
  return defineTool({
    name: "issue_refund",
    version: "1",
    description:
      "Pays a refund to the customer. Give the same order, reason and SKUs as for compute_refund, and the amount that " +
      "it computed. A person approves each call first; when it is rejected, nothing was paid.",
    input: claimSchema.extend({
      amountCents: z.int().positive().describe("The amount that compute_refund computed, in cents"),
    }),
    output: receiptSchema,
    effect: "financial",
    execute: async ({ amountCents, ...claim }, { signal, idempotencyKey }) => {
      const request = { idempotencyKey, orderId: claim.orderId, amountCents };
      shop.database.recordPaymentRequest(request, shop.now());
      const receipt = shop.database.exclusively(() => {
        const first = shop.database.refundOf(idempotencyKey);
        if (first !== undefined) return first;
        const due = claimedRefund(shop, claim);
        if (due.amountCents !== amountCents) {
          throw toolFailure(
            "wrong_amount",
            `The policy grants ${due.amountCents} cents: ${due.explanation}`,
          );
        }
        const skus = due.lines.map((line) => line.sku);
        return shop.database.insertRefund(request, skus, shop.now());
      });
      await shop.answerSlowly(signal);
      return receipt;
    },
  });
}
