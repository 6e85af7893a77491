// Owns the scene in which a person puts other arguments in the place of the proposed ones.
import type { Scene } from "./scene.ts";
import { letters, paidCents } from "./scene.ts";

/** The whole order is refunded, the teapot and the two packets of tea. */
const EDITED = { orderId: "ORD-1001", reason: "damaged", skus: [], amountCents: 7100 };

export const edit: Scene = {
  name: "edit",
  about: "A person approves the call with other arguments, and what is executed is theirs.",
  play: async (stage) => {
    const call = await stage.proposal();
    stage.tell("The tea in the parcel is wet, too. Bea makes it a refund of the whole order:");
    await stage.decide(call, {
      decision: "edit",
      by: "bea",
      arguments: EDITED,
      message: "The tea is wet, too.",
    });
    const { data } = await stage.until("approval.decided");
    await stage.until("turn.completed");
    const [letter = ""] = await stage.shop.outbox.letters();
    return [
      {
        what: "whether the digest that was approved is the proposed one",
        seen: data.digest === call.digest ? "yes" : "no",
        expected: "no",
      },
      { what: "whose edit it is, in the log", seen: data.by ?? "nobody's", expected: "bea" },
      { what: "cents that were refunded", seen: paidCents(stage), expected: "7100" },
      {
        what: "whether the letter names what was paid",
        seen: letter.includes("€71.00") ? "yes" : "no",
        expected: "yes",
      },
      { what: "letters in the outbox", seen: await letters(stage), expected: 1 },
    ];
  },
};
