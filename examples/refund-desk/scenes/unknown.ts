// Owns the scene in which the payment is made, and nobody hears of it.
import type { Scene } from "./scene.ts";
import { events, letters, paidCents, paymentRequests } from "./scene.ts";

export const unknown: Scene = {
  name: "unknown",
  about: "The payment is made and its answer never comes: it is looked up, and not made again.",
  play: async (stage) => {
    const { payments, database } = stage.shop;
    payments.fallSilent();
    const call = await stage.proposal();
    stage.tell("The payment provider pays from now on, and its answers are lost. Bea approves:");
    await stage.decide(call, { decision: "approve", by: "bea" });
    const reconciled = await stage.until("effect.reconciled");
    await stage.until("turn.completed");
    const keys = new Set(database.paymentRequests().map(({ idempotencyKey }) => idempotencyKey));
    return [
      {
        what: "requests that the payment provider got",
        seen: paymentRequests(stage),
        expected: 2,
      },
      { what: "idempotency keys among them", seen: keys.size, expected: 1 },
      {
        what: "what the tool's reconcile has found",
        seen: reconciled.data.outcome,
        expected: "applied",
      },
      { what: "cents that were refunded", seen: paidCents(stage), expected: "4200" },
      { what: "approvals that it took", seen: events(stage, "approval.decided"), expected: 1 },
      { what: "letters in the outbox", seen: await letters(stage), expected: 1 },
    ];
  },
};
