// Owns the shop's SQLite database: every statement that runs on it. Safe to be opened by several
// processes, and to be killed at any point. The tables are shop-tables.ts's.
import { DatabaseSync } from "node:sqlite";
import { orderSchema } from "./shop-schema.ts";
import type { Order, Receipt } from "./shop-schema.ts";
import { makeTables } from "./shop-tables.ts";

/** How long a statement waits for another process's transaction, in milliseconds. */
const BUSY_MS = 5000;

export interface PaymentRequest {
  readonly idempotencyKey: string;
  readonly orderId: string;
  readonly amountCents: number;
}

export interface ShopDatabase {
  /** `besides`: as if what was refunded under this key were not. */
  findOrder(orderId: string, besides?: string): Order | undefined;
  ordersOf(email: string): readonly Order[];
  /** Appends to `payment_requests`; committed when it returns, whatever happens then. */
  recordPaymentRequest(request: PaymentRequest, at: Date): void;
  refundOf(idempotencyKey: string): Receipt | undefined;
  /** Throws for a key that was used before, and for a line that was refunded before. */
  insertRefund(request: PaymentRequest, skus: readonly string[], at: Date): Receipt;
  /** Runs the work while no other process can write; an exception undoes all of it. */
  exclusively<T>(work: () => T): T;
  paymentRequests(): readonly PaymentRequest[];
  refunds(): readonly PaymentRequest[];
  close(): void;
}

/** Opens the database, and makes and seeds it when the file is new. */
export function openShopDatabase(file: string, today: Date): ShopDatabase {
  const sqlite = new DatabaseSync(file, { timeout: BUSY_MS });
  sqlite.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  const exclusively = <T>(work: () => T): T => inTransaction(sqlite, work);
  exclusively(() => makeTables(sqlite, file, today));

  return {
    findOrder: (orderId, besides) => readOrder(sqlite, orderId, besides),
    ordersOf: (email) =>
      sqlite
        .prepare("SELECT id FROM orders WHERE customer_email = ? ORDER BY id")
        .all(email)
        .flatMap((row) => readOrder(sqlite, String(row["id"])) ?? []),
    recordPaymentRequest: ({ idempotencyKey, orderId, amountCents }, at) => {
      sqlite
        .prepare(
          "INSERT INTO payment_requests (idempotency_key, order_id, amount_cents, received_at) VALUES (?, ?, ?, ?)",
        )
        .run(idempotencyKey, orderId, amountCents, at.toISOString());
    },
    refundOf: (idempotencyKey) => readReceipt(sqlite, idempotencyKey),
    insertRefund: (request, skus, at) => insertRefund(sqlite, request, skus, at),
    exclusively,
    paymentRequests: () => readPayments(sqlite, "payment_requests"),
    refunds: () => readPayments(sqlite, "refunds"),
    close: () => sqlite.close(),
  };
}

function inTransaction<T>(sqlite: DatabaseSync, work: () => T): T {
  sqlite.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    sqlite.exec("COMMIT");
    return result;
  } catch (error) {
    sqlite.exec("ROLLBACK");
    throw error;
  }
}

function readOrder(sqlite: DatabaseSync, orderId: string, besides = ""): Order | undefined {
  const row = sqlite
    .prepare(
      `SELECT o.id AS orderId, o.currency, o.ordered_on AS orderedOn, o.delivered_on AS deliveredOn,
              o.shipping_cents AS shippingCents, c.name, c.email
       FROM orders o JOIN customers c ON c.email = o.customer_email WHERE o.id = ?`,
    )
    .get(orderId);
  if (row === undefined) return undefined;
  const lines = sqlite
    .prepare(
      `SELECT l.sku, title, quantity, unit_price_cents AS unitPriceCents, returnable, r.sku IS NOT NULL AS refunded
       FROM order_lines l LEFT JOIN refunded_lines r ON r.order_id = l.order_id AND r.sku = l.sku
         AND r.refund_id NOT IN (SELECT id FROM refunds WHERE idempotency_key = ?)
       WHERE l.order_id = ? ORDER BY l.sku`,
    )
    .all(besides, orderId)
    .map((line) => ({
      ...line,
      returnable: line["returnable"] === 1,
      refunded: line["refunded"] === 1,
    }));
  return orderSchema.parse({ ...row, customer: { name: row["name"], email: row["email"] }, lines });
}

function insertRefund(
  sqlite: DatabaseSync,
  request: PaymentRequest,
  skus: readonly string[],
  at: Date,
): Receipt {
  const { idempotencyKey, orderId, amountCents } = request;
  const { lastInsertRowid } = sqlite
    .prepare(
      "INSERT INTO refunds (idempotency_key, order_id, amount_cents, paid_at) VALUES (?, ?, ?, ?)",
    )
    .run(idempotencyKey, orderId, amountCents, at.toISOString());
  const addLine = sqlite.prepare(
    "INSERT INTO refunded_lines (order_id, sku, refund_id) VALUES (?, ?, ?)",
  );
  for (const sku of skus) addLine.run(orderId, sku, lastInsertRowid);
  const receipt = readReceipt(sqlite, idempotencyKey);
  if (receipt === undefined) throw new Error("the refund that was just written is not there");
  return receipt;
}

function readReceipt(sqlite: DatabaseSync, key: string): Receipt | undefined {
  const row = sqlite
    .prepare(
      `SELECT r.id, r.order_id, r.amount_cents, r.paid_at, o.currency
       FROM refunds r JOIN orders o ON o.id = r.order_id WHERE r.idempotency_key = ?`,
    )
    .get(key);
  if (row === undefined) return undefined;
  return {
    receipt: `RF-${String(row["id"]).padStart(4, "0")}`,
    orderId: String(row["order_id"]),
    amountCents: Number(row["amount_cents"]),
    currency: String(row["currency"]),
    paidAt: String(row["paid_at"]),
  };
}

function readPayments(
  sqlite: DatabaseSync,
  table: "refunds" | "payment_requests",
): readonly PaymentRequest[] {
  return sqlite
    .prepare(`SELECT idempotency_key, order_id, amount_cents FROM ${table} ORDER BY id`)
    .all()
    .map((row) => ({
      idempotencyKey: String(row["idempotency_key"]),
      orderId: String(row["order_id"]),
      amountCents: Number(row["amount_cents"]),
    }));
}
