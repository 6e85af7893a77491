// Owns the scene in which a refund is rejected, with a message that reaches the model.
import type { Scene } from "./scene.ts";
import { letters, paidCents, paymentRequests } from "./scene.ts";

const MESSAGE = "She got a new teapot on Monday.";

export const reject: Scene = {
  name: "reject",
  about: "A person says no and why; the model reads it, and nothing is paid.",
  play: async (stage) => {
    const call = await stage.proposal();
    stage.tell("Bea rejects it:");
    await stage.decide(call, { decision: "reject", by: "bea", message: MESSAGE });
    await stage.until("turn.completed");
    const { lastTurn } = await stage.task.status();
    const answer = lastTurn?.answer ?? "";
    return [
      {
        what: "whether the model has read the message",
        seen: answer.includes(MESSAGE) ? "yes" : `no: ${answer}`,
        expected: "yes",
      },
      { what: "cents that were refunded", seen: paidCents(stage), expected: "nothing" },
      {
        what: "requests that the payment provider got",
        seen: paymentRequests(stage),
        expected: 0,
      },
      { what: "letters in the outbox", seen: await letters(stage), expected: 0 },
    ];
  },
};
