// Owns the scene in which the token for payments has expired, and somebody renews it.
import { curl } from "../curl.ts";
import { credentialFile } from "../payment-provider.ts";
import type { Scene } from "./scene.ts";
import { events, letters, paidCents } from "./scene.ts";

export const credential: Scene = {
  name: "credential",
  about: "The token for payments has expired: the task waits until it is renewed, and goes on.",
  play: async (stage) => {
    const { task, shop, folder } = stage;
    const token = shop.payments.rotate();
    const call = await stage.proposal();
    stage.tell("The payment provider has a new token since this morning. Bea approves:");
    await stage.decide(call, { decision: "approve", by: "bea" });
    const parked = await stage.until("task.parked");
    const waiting = await task.status();
    stage.tell(`Its status is ${waiting.status}: ${waiting.reason ?? ""}`, "Olga renews it:");
    stage.command(`printf %s "$NEW_TOKEN" > ${credentialFile(folder)}`);
    shop.payments.hand(token);
    const retry = { reason: "the token is new", by: "olga" };
    stage.command(curl(`${task.url}/retry`, retry));
    await task.retry(retry);
    stage.tell("The task goes on where it stood, under the approval that it has:");
    await stage.until("turn.completed");
    return [
      {
        what: "what the task waited as",
        seen: parked.data.status,
        expected: "waiting-auth",
      },
      { what: "approvals that it took", seen: events(stage, "approval.decided"), expected: 1 },
      { what: "cents that were refunded", seen: paidCents(stage), expected: "4200" },
      { what: "letters in the outbox", seen: await letters(stage), expected: 1 },
      {
        what: "events of the task log that hold the token",
        seen: stage.log.filter((event) => JSON.stringify(event).includes(token)).length,
        expected: 0,
      },
    ];
  },
};
