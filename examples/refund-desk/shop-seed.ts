// Owns the goods, customers and orders that a new shop database begins with.
// Days are counted back from the day of the seeding, so that the policy's window fits.
import type { DatabaseSync } from "node:sqlite";

const DAY_MS = 24 * 60 * 60 * 1000;

interface SeedLine {
  readonly sku: string;
  readonly title: string;
  readonly quantity: number;
  readonly cents: number;
  readonly returnable: boolean;
}

const TEAPOT: SeedLine = {
  sku: "POT-TEAPOT",
  title: "Stoneware teapot, blue",
  quantity: 1,
  cents: 4200,
  returnable: true,
};
const BOWLS: SeedLine = {
  sku: "POT-BOWL",
  title: "Porcelain bowl",
  quantity: 4,
  cents: 1850,
  returnable: true,
};
const VASE: SeedLine = {
  sku: "POT-VASE",
  title: "Celadon vase",
  quantity: 1,
  cents: 6900,
  returnable: true,
};
const OOLONG: SeedLine = {
  sku: "TEA-OOLONG",
  title: "Oolong, 250 g",
  quantity: 2,
  cents: 1450,
  returnable: false,
};
const SENCHA: SeedLine = {
  sku: "TEA-SENCHA",
  title: "Sencha, 100 g",
  quantity: 1,
  cents: 1275,
  returnable: false,
};

const CUSTOMERS = [
  ["ada@example.com", "Ada Mertens"],
  ["bruno@example.com", "Bruno Keller"],
  ["chiara@example.com", "Chiara Rossi"],
  ["dmitri@example.com", "Dmitri Volkov"],
] as const;

const ORDERS = [
  {
    id: "ORD-1001",
    email: "ada@example.com",
    ordered: 10,
    delivered: 6,
    shipping: 590,
    lines: [TEAPOT, OOLONG],
  },
  {
    id: "ORD-1002",
    email: "bruno@example.com",
    ordered: 61,
    delivered: 57,
    shipping: 590,
    lines: [VASE],
  },
  {
    id: "ORD-1003",
    email: "chiara@example.com",
    ordered: 16,
    delivered: 12,
    shipping: 790,
    lines: [BOWLS, SENCHA],
  },
  {
    id: "ORD-1004",
    email: "dmitri@example.com",
    ordered: 2,
    delivered: undefined,
    shipping: 590,
    lines: [SENCHA],
  },
  {
    id: "ORD-1005",
    email: "ada@example.com",
    ordered: 24,
    delivered: 21,
    shipping: 0,
    lines: [VASE, SENCHA],
  },
] as const;

/** Fills empty tables. The caller owns the transaction. */
export function seedShop(sqlite: DatabaseSync, today: Date): void {
  const addCustomer = sqlite.prepare("INSERT INTO customers (email, name) VALUES (?, ?)");
  for (const [email, name] of CUSTOMERS) addCustomer.run(email, name);

  const addOrder = sqlite.prepare(
    "INSERT INTO orders (id, customer_email, ordered_on, delivered_on, shipping_cents, currency) VALUES (?, ?, ?, ?, ?, 'EUR')",
  );
  const addLine = sqlite.prepare(
    "INSERT INTO order_lines (order_id, sku, title, quantity, unit_price_cents, returnable) VALUES (?, ?, ?, ?, ?, ?)",
  );
  for (const order of ORDERS) {
    const delivered = order.delivered === undefined ? null : daysBefore(today, order.delivered);
    addOrder.run(
      order.id,
      order.email,
      daysBefore(today, order.ordered),
      delivered,
      order.shipping,
    );
    for (const line of order.lines) {
      addLine.run(
        order.id,
        line.sku,
        line.title,
        line.quantity,
        line.cents,
        line.returnable ? 1 : 0,
      );
    }
  }
}

function daysBefore(today: Date, days: number): string {
  return new Date(today.getTime() - days * DAY_MS).toISOString().slice(0, 10);
}
