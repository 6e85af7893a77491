// Owns the shop's refund policy, as arithmetic on integer cents. Pure: no database, no clock.
import type { Order, OrderLine, RefundClaim, RefundComputation } from "./shop-schema.ts";
import { formatMoney } from "./shop-schema.ts";

/** Days after delivery in which a refund can be asked for. */
export const REFUND_WINDOW_DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The policy as the agent is told it. */
export const REFUND_POLICY = `
- A refund can be asked for within ${REFUND_WINDOW_DAYS} days after delivery.
- Damaged goods and wrong items are refunded in full.
- For a change of mind, pottery is refunded in full and food is not refunded.
- Shipping is not refunded.
`.trim();

/** SKUs of a claim that the order does not have. */
export function foreignSkus(order: Order, claim: RefundClaim): readonly string[] {
  const own = new Set(order.lines.map((line) => line.sku));
  return claim.skus.filter((sku) => !own.has(sku));
}

/** What the policy grants, on a day. No item is refunded twice. */
export function computeRefund(order: Order, claim: RefundClaim, today: Date): RefundComputation {
  const refusal = refuseOrder(order, today);
  if (refusal !== undefined) return computation(order, claim, [], refusal);

  const claimed = order.lines.filter(
    (line) => claim.skus.length === 0 || claim.skus.includes(line.sku),
  );
  const open = claimed.filter((line) => !line.refunded);
  if (open.length === 0) return computation(order, claim, [], "All of this was refunded already.");
  const granted = open.filter((line) => claim.reason !== "changed_mind" || line.returnable);
  if (granted.length === 0)
    return computation(order, claim, [], "Food cannot be returned because of a change of mind.");

  const money = formatMoney(total(granted), order.currency);
  const items = granted.map((line) => line.title).join("; ");
  return computation(order, claim, granted, `${money} for: ${items}. Shipping is not refunded.`);
}

function refuseOrder(order: Order, today: Date): string | undefined {
  if (order.deliveredOn === null)
    return "The parcel is still on its way; a refund is possible once it was delivered.";
  const days = Math.floor((today.getTime() - Date.parse(order.deliveredOn)) / DAY_MS);
  if (days <= REFUND_WINDOW_DAYS) return undefined;
  return `The order was delivered ${days} days ago; refunds are possible for ${REFUND_WINDOW_DAYS} days.`;
}

function total(lines: readonly OrderLine[]): number {
  return lines.reduce((sum, line) => sum + line.quantity * line.unitPriceCents, 0);
}

function computation(
  order: Order,
  claim: RefundClaim,
  granted: readonly OrderLine[],
  explanation: string,
): RefundComputation {
  return {
    orderId: order.orderId,
    reason: claim.reason,
    currency: order.currency,
    amountCents: total(granted),
    lines: granted.map((line) => ({ sku: line.sku, amountCents: total([line]) })),
    explanation,
  };
}
