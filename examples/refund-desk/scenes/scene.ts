// Owns what a scene of demo.ts is, and what most of them look at in the end.
import type { TaskEvent } from "../../../index.ts";
import type { Finding } from "../findings.ts";
import type { Stage } from "../stage.ts";

export interface Scene {
  /** How it is called on the command line. */
  readonly name: string;
  /** In one sentence. */
  readonly about: string;
  /** For the worker. */
  readonly workerArgs?: readonly string[];
  /** Brings the task to its end; resolves to what was found there. */
  play(stage: Stage): Promise<readonly Finding[]>;
}

export function paidCents({ shop }: Stage): string {
  const paid = shop.database.refunds().map(({ amountCents }) => amountCents);
  return paid.length === 0 ? "nothing" : paid.join(" + ");
}

export function paymentRequests({ shop }: Stage): number {
  return shop.database.paymentRequests().length;
}

export async function letters({ shop }: Stage): Promise<number> {
  return (await shop.outbox.letters()).length;
}

export function events({ log }: Stage, type: TaskEvent["type"]): number {
  return log.filter((event) => event.type === type).length;
}
