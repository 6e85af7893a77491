// Owns what the tools work on: the shop's database, its payment provider, its outbox and its
// clock, in one folder.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openOutbox } from "./outbox.ts";
import type { Outbox } from "./outbox.ts";
import { openPaymentProvider } from "./payment-provider.ts";
import type { PaymentProvider } from "./payment-provider.ts";
import { openShopDatabase } from "./shop-database.ts";
import type { ShopDatabase } from "./shop-database.ts";

export interface Shop extends Disposable {
  readonly database: ShopDatabase;
  readonly payments: PaymentProvider;
  readonly outbox: Outbox;
  now(): Date;
  /** What the shop's systems take to answer after the work is done. Rejects when aborted. */
  answerSlowly(signal: AbortSignal): Promise<void>;
}

export interface ShopOptions {
  /** Where `shop.db`, `payment-provider.json`, `credentials/` and `outbox/` are. */
  readonly folder: string;
  /** Milliseconds between a tool's work and its answer: time to watch, and to be killed in. */
  readonly paceMs: number;
}

export function openShop({ folder, paceMs }: ShopOptions): Shop {
  mkdirSync(folder, { recursive: true });
  const database = openShopDatabase(join(folder, "shop.db"), new Date());
  return {
    database,
    payments: openPaymentProvider(folder),
    outbox: openOutbox(join(folder, "outbox")),
    now: () => new Date(),
    answerSlowly: async (signal) => {
      await sleep(paceMs, undefined, { signal });
    },
    [Symbol.dispose]: () => {
      database.close();
    },
  };
}
