// Owns the tool that writes a letter to an order's customer. The address comes from the
// order, so that no model can send a customer's affairs to somebody else.
import { z } from "zod";
import { defineTool, toolFailure } from "../../../index.ts";
import { letterSchema, orderIdSchema } from "../shop-schema.ts";
import type { Shop } from "../shop.ts";

const oneLine = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\r\n]*$/, "must be one line");

export function writeToCustomer(shop: Shop) {
  return defineTool({
    name: "write_to_customer",
    version: "1",
    description:
      "Sends a letter to the customer of an order; the address is taken from the order. Use it once per order, after " +
      "the refund was paid.",
    input: z.strictObject({
      orderId: orderIdSchema,
      subject: oneLine,
      body: z.string().min(1).max(10_000),
    }),
    output: letterSchema,
    effect: "communication",
    // The outbox keeps one letter per key.
    idempotency: "honoured",
    // The desk's letters need nobody's approval: the refund that they tell of had one.
    approval: "never",
    execute: async ({ orderId, subject, body }, { signal, idempotencyKey }) => {
      const order = shop.database.findOrder(orderId);
      if (order === undefined)
        throw toolFailure("order_not_found", `There is no order ${orderId}.`);
      const { name, email } = order.customer;
      const file = await shop.outbox.write(
        idempotencyKey,
        `To: ${name} <${email}>\nSubject: ${subject}\n\n${body}\n`,
      );
      await shop.answerSlowly(signal);
      return { orderId, to: email, subject, file };
    },
  });
}
