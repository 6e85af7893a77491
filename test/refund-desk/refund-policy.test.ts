// Tests of the shop's refund policy: integer cents, by example and for all orders.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  computeRefund,
  foreignSkus,
  REFUND_WINDOW_DAYS,
} from "../../examples/refund-desk/refund-policy.ts";
import type { Order } from "../../examples/refund-desk/shop-schema.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const DELIVERED = "2026-03-02";
const after = (days: number) => new Date(Date.parse(DELIVERED) + days * DAY_MS);

const ORDER: Order = {
  orderId: "ORD-1001",
  customer: { name: "Ada Mertens", email: "ada@example.com" },
  currency: "EUR",
  orderedOn: "2026-02-26",
  deliveredOn: DELIVERED,
  lines: [
    {
      sku: "POT-TEAPOT",
      title: "Stoneware teapot, blue",
      quantity: 1,
      unitPriceCents: 4200,
      returnable: true,
      refunded: false,
    },
    {
      sku: "TEA-OOLONG",
      title: "Oolong, 250 g",
      quantity: 2,
      unitPriceCents: 1450,
      returnable: false,
      refunded: false,
    },
  ],
  shippingCents: 590,
};
const claim = (reason: "damaged" | "wrong_item" | "changed_mind", ...skus: string[]) => ({
  orderId: ORDER.orderId,
  reason,
  skus,
});
const amount = (...args: Parameters<typeof computeRefund>) => computeRefund(...args).amountCents;

describe("the refund policy", () => {
  it("refunds damaged and wrong goods in full, without shipping", () => {
    expect(amount(ORDER, claim("damaged"), after(3))).toBe(4200 + 2 * 1450);
    expect(amount(ORDER, claim("damaged", "TEA-OOLONG"), after(3))).toBe(2 * 1450);
    expect(amount(ORDER, claim("wrong_item", "POT-TEAPOT"), after(3))).toBe(4200);
  });

  it("takes pottery back for a change of mind, and food not", () => {
    expect(amount(ORDER, claim("changed_mind"), after(3))).toBe(4200);
    const refused = computeRefund(ORDER, claim("changed_mind", "TEA-OOLONG"), after(3));
    expect(refused).toMatchObject({ amountCents: 0, lines: [] });
    expect(refused.explanation).toContain("Food cannot be returned");
  });

  it("ends with the last day of the window", () => {
    expect(amount(ORDER, claim("damaged"), after(REFUND_WINDOW_DAYS))).toBeGreaterThan(0);
    const late = computeRefund(ORDER, claim("damaged"), after(REFUND_WINDOW_DAYS + 1));
    expect(late).toMatchObject({
      amountCents: 0,
      explanation: expect.stringContaining("31 days ago") as string,
    });
  });

  it("refunds nothing before delivery, and no item twice", () => {
    expect(amount({ ...ORDER, deliveredOn: null }, claim("damaged"), after(3))).toBe(0);
    const refunded = (...skus: string[]): Order => ({
      ...ORDER,
      lines: ORDER.lines.map((line) => ({ ...line, refunded: skus.includes(line.sku) })),
    });
    expect(amount(refunded("POT-TEAPOT"), claim("damaged"), after(3))).toBe(2 * 1450);
    expect(amount(refunded("POT-TEAPOT"), claim("damaged", "POT-TEAPOT"), after(3))).toBe(0);
    expect(amount(refunded("POT-TEAPOT", "TEA-OOLONG"), claim("damaged"), after(3))).toBe(0);
  });

  it("names the SKUs that an order does not have", () => {
    expect(foreignSkus(ORDER, claim("damaged", "POT-TEAPOT", "POT-VASE"))).toEqual(["POT-VASE"]);
  });

  it("never grants more than the goods that were not refunded yet, in whole cents", () => {
    const line = fc.record({
      sku: fc.string({ minLength: 1 }),
      title: fc.string(),
      quantity: fc.integer({ min: 1, max: 50 }),
      unitPriceCents: fc.nat(1_000_000),
      returnable: fc.boolean(),
      refunded: fc.boolean(),
    });
    const lines = fc.uniqueArray(line, { selector: ({ sku }) => sku, minLength: 1, maxLength: 8 });
    const reason = fc.constantFrom("damaged", "wrong_item", "changed_mind");
    fc.assert(
      fc.property(lines, reason, (goods, why) => {
        const open = goods.filter((each) => !each.refunded);
        const granted = amount({ ...ORDER, lines: goods }, claim(why), after(1));
        expect(Number.isInteger(granted)).toBe(true);
        expect(granted).toBeGreaterThanOrEqual(0);
        expect(granted).toBeLessThanOrEqual(
          open.reduce((sum, each) => sum + each.quantity * each.unitPriceCents, 0),
        );
      }),
    );
  });
});
