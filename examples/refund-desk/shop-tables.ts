// Owns the tables of the shop's database and their version.
import type { DatabaseSync } from "node:sqlite";
import { seedShop } from "./shop-seed.ts";

const VERSION = 1;

const TABLES = `
CREATE TABLE customers (email TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE orders (
  id TEXT PRIMARY KEY,
  customer_email TEXT NOT NULL REFERENCES customers (email),
  ordered_on TEXT NOT NULL,
  delivered_on TEXT,
  shipping_cents INTEGER NOT NULL CHECK (shipping_cents >= 0),
  currency TEXT NOT NULL
) STRICT;
CREATE TABLE order_lines (
  order_id TEXT NOT NULL REFERENCES orders (id),
  sku TEXT NOT NULL,
  title TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  unit_price_cents INTEGER NOT NULL CHECK (unit_price_cents >= 0),
  returnable INTEGER NOT NULL CHECK (returnable IN (0, 1)),
  PRIMARY KEY (order_id, sku)
) STRICT;
CREATE TABLE refunds (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  idempotency_key TEXT NOT NULL UNIQUE,
  order_id TEXT NOT NULL REFERENCES orders (id),
  amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
  paid_at TEXT NOT NULL
) STRICT;
CREATE TABLE refunded_lines (
  order_id TEXT NOT NULL,
  sku TEXT NOT NULL,
  refund_id INTEGER NOT NULL REFERENCES refunds (id),
  PRIMARY KEY (order_id, sku),
  FOREIGN KEY (order_id, sku) REFERENCES order_lines (order_id, sku)
) STRICT;
-- Every request to pay that ever arrived, paid or not: what crash-demo.ts proves with.
CREATE TABLE payment_requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  idempotency_key TEXT NOT NULL,
  order_id TEXT NOT NULL,
  amount_cents INTEGER NOT NULL,
  received_at TEXT NOT NULL
) STRICT;
CREATE TRIGGER payment_requests_no_update BEFORE UPDATE ON payment_requests
  BEGIN SELECT RAISE(ABORT, 'payment_requests is append-only'); END;
CREATE TRIGGER payment_requests_no_delete BEFORE DELETE ON payment_requests
  BEGIN SELECT RAISE(ABORT, 'payment_requests is append-only'); END;
`;

/**
 * Makes and seeds the tables of a new file. The caller owns the transaction. Throws for a file
 * that a newer version of this code has written.
 */
export function makeTables(sqlite: DatabaseSync, file: string, today: Date): void {
  const version = Number(sqlite.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (version === VERSION) return;
  if (version !== 0)
    throw new Error(`${file} has schema version ${version}; this code reads ${VERSION}`);
  sqlite.exec(TABLES);
  seedShop(sqlite, today);
  sqlite.exec(`PRAGMA user_version = ${VERSION}`);
}
