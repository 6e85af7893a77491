// Owns the tool that lists a customer's orders.
import { z } from "zod";
import { defineTool, toolFailure } from "../../../index.ts";
import type { Shop } from "../shop.ts";

export function listOrders(shop: Shop) {
  return defineTool({
    name: "list_orders",
    version: "1",
    description:
      "Lists the orders of one customer by e-mail address, with number, day of the order and items. Use it when " +
      "somebody does not know the order's number.",
    input: z.strictObject({ email: z.email().describe("The customer's e-mail address") }),
    output: z.object({
      orders: z.array(
        z.object({ orderId: z.string(), orderedOn: z.string(), items: z.array(z.string()) }),
      ),
    }),
    effect: "read",
    execute: async ({ email }, { signal }) => {
      const orders = shop.database.ordersOf(email);
      if (orders.length === 0) {
        throw toolFailure(
          "customer_not_found",
          "No order was made with this address. Ask for another one.",
        );
      }
      await shop.answerSlowly(signal);
      return {
        orders: orders.map(({ orderId, orderedOn, lines }) => ({
          orderId,
          orderedOn,
          items: lines.map((line) => line.title),
        })),
      };
    },
  });
}
