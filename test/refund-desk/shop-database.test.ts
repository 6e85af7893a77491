// Tests of the shop's SQLite database and of its outbox, on real files.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openOutbox } from "../../examples/refund-desk/outbox.ts";
import { openShopDatabase } from "../../examples/refund-desk/shop-database.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "refund-desk-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const TODAY = new Date("2026-03-08T12:00:00Z");
const PAYMENT = { idempotencyKey: "key-1", orderId: "ORD-1001", amountCents: 4200 };

describe("the shop's database", () => {
  it("is seeded once, and shared by everybody who opens it", () => {
    const file = join(folder, "shop.db");
    const first = openShopDatabase(file, TODAY);
    const second = openShopDatabase(file, new Date("2027-01-01"));
    first.insertRefund(PAYMENT, ["POT-TEAPOT"], TODAY);
    expect(second.findOrder("ORD-1001")).toMatchObject({
      customer: { name: "Ada Mertens", email: "ada@example.com" },
      deliveredOn: "2026-03-02",
      shippingCents: 590,
      lines: [
        { sku: "POT-TEAPOT", unitPriceCents: 4200, returnable: true, refunded: true },
        { sku: "TEA-OOLONG", unitPriceCents: 1450, returnable: false, refunded: false },
      ],
    });
    expect(second.ordersOf("ada@example.com").map((order) => order.orderId)).toEqual([
      "ORD-1001",
      "ORD-1005",
    ]);
    expect(second.findOrder("ORD-9999")).toBeUndefined();
    first.close();
    second.close();
  });

  it("keeps one refund per idempotency key, and one per line", () => {
    const shop = openShopDatabase(join(folder, "shop.db"), TODAY);
    const receipt = shop.insertRefund(PAYMENT, ["POT-TEAPOT"], TODAY);
    const pay = (key: string, sku: string) =>
      shop.exclusively(() => shop.insertRefund({ ...PAYMENT, idempotencyKey: key }, [sku], TODAY));
    expect(() => pay("key-1", "TEA-OOLONG")).toThrow("UNIQUE");
    expect(() => pay("key-2", "POT-TEAPOT")).toThrow("UNIQUE");
    expect(shop.refundOf("key-1")).toEqual(receipt);
    expect(shop.refundOf("key-2")).toBeUndefined();
    expect(shop.refunds()).toEqual([PAYMENT]);
    shop.close();
  });

  it("R38 shows an order besides what one key has refunded", () => {
    const shop = openShopDatabase(join(folder, "shop.db"), TODAY);
    const before = shop.findOrder("ORD-1001");
    shop.insertRefund(PAYMENT, ["POT-TEAPOT"], TODAY);
    expect(shop.findOrder("ORD-1001", "key-1")).toEqual(before);
    expect(shop.findOrder("ORD-1001", "key-2")).toEqual(shop.findOrder("ORD-1001"));
    expect(shop.findOrder("ORD-1001")).not.toEqual(before);
    shop.close();
  });

  it("undoes all of a piece of work that fails", () => {
    const shop = openShopDatabase(join(folder, "shop.db"), TODAY);
    const work = () =>
      shop.exclusively(() => {
        shop.insertRefund(PAYMENT, ["POT-TEAPOT"], TODAY);
        throw new Error("in the middle");
      });
    expect(work).toThrow("in the middle");
    expect(shop.refunds()).toEqual([]);
    shop.close();
  });

  it("records every request to pay, for ever", () => {
    const file = join(folder, "shop.db");
    const shop = openShopDatabase(file, TODAY);
    shop.recordPaymentRequest(PAYMENT, TODAY);
    shop.recordPaymentRequest(PAYMENT, TODAY);
    const raw = new DatabaseSync(file);
    expect(() => raw.exec("DELETE FROM payment_requests")).toThrow("append-only");
    expect(() => raw.exec("UPDATE payment_requests SET amount_cents = 1")).toThrow("append-only");
    raw.close();
    expect(shop.paymentRequests()).toEqual([PAYMENT, PAYMENT]);
    shop.close();
  });

  it("refuses a schema that is newer than the code", () => {
    const file = join(folder, "shop.db");
    const newer = new DatabaseSync(file);
    newer.exec("PRAGMA user_version = 2");
    newer.close();
    expect(() => openShopDatabase(file, TODAY)).toThrow("has schema version 2");
  });
});

describe("the outbox", () => {
  it("keeps the first letter of a key, also of two writers at once", async () => {
    const outbox = openOutbox(join(folder, "outbox"));
    const [file] = await Promise.all([
      outbox.write("key-1", "Dear Ada"),
      outbox.write("key-1", "Dear Ada"),
    ]);
    expect(await outbox.write("key-1", "Another text")).toBe(file);
    expect(await outbox.letters()).toEqual(["Dear Ada"]);
    expect(await readFile(join(folder, "outbox", "key-1.txt"), "utf8")).toBe("Dear Ada");
  });
});
