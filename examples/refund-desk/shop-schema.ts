// Owns the words of the shop: what an order, a computed refund, a receipt and a letter are.
// The tools answer in these forms and the scripted model reads them.
import { z } from "zod";

const cents = z.int().nonnegative();

const refundReasonSchema = z.enum(["damaged", "wrong_item", "changed_mind"]);
export type RefundReason = z.infer<typeof refundReasonSchema>;

export const orderIdSchema = z
  .string()
  .regex(/^ORD-\d{4}$/, "must look like ORD-1001")
  .describe("The order's number, for example ORD-1001");

/** What a customer claims a refund for. */
export const claimSchema = z.strictObject({
  orderId: orderIdSchema,
  reason: refundReasonSchema.describe(
    "Why: the goods are damaged, are not what was ordered, or are not wanted any more",
  ),
  skus: z
    .array(z.string())
    .max(100)
    .describe(
      "SKUs of the items it is about, as find_order shows them; an empty list means the whole order",
    ),
});
export type RefundClaim = z.infer<typeof claimSchema>;

const orderLineSchema = z.object({
  sku: z.string(),
  title: z.string(),
  quantity: z.int().positive(),
  unitPriceCents: cents,
  /** Food cannot be taken back for a change of mind. */
  returnable: z.boolean(),
  /** Whether it was refunded before. */
  refunded: z.boolean(),
});
export type OrderLine = z.infer<typeof orderLineSchema>;

export const orderSchema = z.object({
  orderId: z.string(),
  customer: z.object({ name: z.string(), email: z.string() }),
  currency: z.string(),
  /** ISO dates; null while the parcel is on its way. */
  orderedOn: z.string(),
  deliveredOn: z.string().nullable(),
  lines: z.array(orderLineSchema),
  shippingCents: cents,
});
export type Order = z.infer<typeof orderSchema>;

export const refundComputationSchema = z.object({
  orderId: z.string(),
  reason: refundReasonSchema,
  currency: z.string(),
  /** 0 when the policy grants nothing. */
  amountCents: cents,
  lines: z.array(z.object({ sku: z.string(), amountCents: cents })),
  /** For the customer: why it is this amount. */
  explanation: z.string(),
});
export type RefundComputation = z.infer<typeof refundComputationSchema>;

export const receiptSchema = z.object({
  receipt: z.string(),
  orderId: z.string(),
  amountCents: cents,
  currency: z.string(),
  paidAt: z.string(),
});
export type Receipt = z.infer<typeof receiptSchema>;

export const letterSchema = z.object({
  orderId: z.string(),
  to: z.string(),
  subject: z.string(),
  file: z.string(),
});
export type Letter = z.infer<typeof letterSchema>;

/** An amount as people read it, for example "€42.00". */
export function formatMoney(amountCents: number, currency: string): string {
  return new Intl.NumberFormat("en", { style: "currency", currency }).format(amountCents / 100);
}
