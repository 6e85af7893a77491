// Owns the tool that looks one order up.
import { z } from "zod";
import { defineTool, toolFailure } from "../../../index.ts";
import { orderIdSchema, orderSchema } from "../shop-schema.ts";
import type { Shop } from "../shop.ts";

export function findOrder(shop: Shop) {
  return defineTool({
    name: "find_order",
    version: "1",
    description:
      "Looks up one order by its number: customer, day of delivery, shipping, and the items with SKU, price in cents " +
      "and whether each was refunded before. Use it before anything else is done about an order.",
    input: z.strictObject({ orderId: orderIdSchema }),
    output: orderSchema,
    effect: "read",
    execute: async ({ orderId }, { signal }) => {
      const order = shop.database.findOrder(orderId);
      if (order === undefined) {
        throw toolFailure(
          "order_not_found",
          `There is no order ${orderId}. Ask for the number, or use list_orders.`,
        );
      }
      await shop.answerSlowly(signal);
      return order;
    },
  });
}
