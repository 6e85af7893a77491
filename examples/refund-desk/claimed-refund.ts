// Owns the step from a claim, as the model makes it, to what the policy grants for the order
// as it is in the database now. What is wrong with a claim is said to the model.
import { toolFailure } from "../../index.ts";
import { computeRefund, foreignSkus } from "./refund-policy.ts";
import type { RefundClaim, RefundComputation } from "./shop-schema.ts";
import type { Shop } from "./shop.ts";

export function claimedRefund(shop: Shop, claim: RefundClaim): RefundComputation {
  const order = shop.database.findOrder(claim.orderId);
  if (order === undefined)
    throw toolFailure("order_not_found", `There is no order ${claim.orderId}.`);
  const foreign = foreignSkus(order, claim);
  if (foreign.length > 0) {
    const own = order.lines.map((line) => line.sku).join(", ");
    throw toolFailure(
      "unknown_sku",
      `Order ${claim.orderId} has no ${foreign.join(", ")}. Its SKUs are: ${own}.`,
    );
  }
  return computeRefund(order, claim, shop.now());
}
