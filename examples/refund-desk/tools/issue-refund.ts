// Owns the tool that pays a refund: once for each idempotency key, and never another amount
// than the policy grants, whatever the model asks for, or a person who edits the call.
import { z } from "zod";
import { credentialRefused, defineTool, toolFailure } from "../../../index.ts";
import { claimedRefund } from "../claimed-refund.ts";
import { PAYMENT_CREDENTIAL } from "../payment-provider.ts";
import { claimSchema, receiptSchema } from "../shop-schema.ts";
import type { Shop } from "../shop.ts";

export function issueRefund(shop: Shop) {
  return defineTool({
    name: "issue_refund",
    version: "2",
    description:
      "Pays a refund to the customer. Give the same order, reason and SKUs as for compute_refund, and the amount that " +
      "it computed. A person approves each call first; when it is rejected, nothing was paid.",
    input: claimSchema.extend({
      amountCents: z.int().positive().describe("The amount that compute_refund computed, in cents"),
    }),
    output: receiptSchema,
    effect: "financial",
    // The database pays once per key.
    idempotency: "honoured",
    retry: { maxAttempts: 2 },
    credentials: [PAYMENT_CREDENTIAL],
    resource: ({ orderId }) => `order/${orderId}`,
    // What the provider charges for a payment: 0.35.
    price: () => 350_000,
    // An approval is for the order as it is. What this very call has paid does not change it, so
    // that a repeated request is not taken for a stale one.
    precondition: ({ orderId }, { idempotencyKey }) =>
      shop.database.findOrder(orderId, idempotencyKey),
    execute: async (
      { amountCents, ...claim },
      { signal, idempotencyKey, credential, beginEffect },
    ) => {
      const token = await credential(PAYMENT_CREDENTIAL);
      const request = { idempotencyKey, orderId: claim.orderId, amountCents };
      await beginEffect();
      shop.database.recordPaymentRequest(request, shop.now());
      checkToken(shop, token);
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
      await shop.payments.answer(signal);
      await shop.answerSlowly(signal);
      return receipt;
    },
    reconcile: async (_, { idempotencyKey, credential }) => {
      checkToken(shop, await credential(PAYMENT_CREDENTIAL));
      const result = shop.database.refundOf(idempotencyKey);
      return result === undefined ? { outcome: "not-applied" } : { outcome: "applied", result };
    },
  });
}

/** The provider looks at it before anything else, so that nothing was done where it refuses. */
function checkToken(shop: Shop, token: string): void {
  if (shop.payments.accepts(token)) return;
  throw credentialRefused(PAYMENT_CREDENTIAL, "the payment provider answered 401");
}
