// Owns the scene in which a refund is approved, and a second person comes too late.
import type { IngressAnswer } from "../ingress.ts";
import type { Scene } from "./scene.ts";
import { letters, paidCents, paymentRequests } from "./scene.ts";

export const approve: Scene = {
  name: "approve",
  about: "A person approves exactly one call, and the next one is told who was first.",
  play: async (stage) => {
    const call = await stage.proposal();
    stage.tell("Bea approves it:");
    const first = await stage.decide(call, { decision: "approve", by: "bea" });
    stage.tell("Carl, who has not seen that, rejects it:");
    const second = await stage.decide(call, { decision: "reject", by: "carl" });
    await stage.until("turn.completed");
    return [
      { what: "the answer to Bea", seen: first.status, expected: 200 },
      { what: "the answer to Carl", seen: second.status, expected: 412 },
      { what: "who, as Carl was told, was first", seen: firstDecider(second), expected: "bea" },
      { what: "cents that were refunded", seen: paidCents(stage), expected: "4200" },
      {
        what: "requests that the payment provider got",
        seen: paymentRequests(stage),
        expected: 1,
      },
      { what: "letters in the outbox", seen: await letters(stage), expected: 1 },
    ];
  },
};

function firstDecider({ body }: IngressAnswer): string {
  const { metadata } = body as { readonly metadata?: Readonly<Record<string, string>> };
  return metadata?.["by"] ?? "nobody";
}
