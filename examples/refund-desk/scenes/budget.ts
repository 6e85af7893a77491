// Owns the scene in which the task has used its budget up in the middle, and is given more.
import { BUDGET_SERVICE } from "../../../index.ts";
import type { BudgetView, LimitChangeInput } from "../../../index.ts";
import { curl } from "../curl.ts";
import { ask } from "../ingress.ts";
import type { Scene } from "./scene.ts";
import { events, letters, paidCents, paymentRequests } from "./scene.ts";

/** Model calls that the task may make: three lead to the payment, and two more are needed. */
const STEPS = 3;
const MORE: LimitChangeInput = { extend: { steps: 2 }, by: "olga", reason: "finish the letter" };

export const budget: Scene = {
  name: "budget",
  about: "The budget is used up after the payment: extended, the task goes on where it stood.",
  workerArgs: ["--steps", String(STEPS)],
  play: async (stage) => {
    const { task, ingressUrl, signal } = stage;
    const call = await stage.proposal();
    stage.tell(`This task may call its model ${STEPS} times, and has done so. Bea approves:`);
    await stage.decide(call, { decision: "approve", by: "bea" });
    const parked = await stage.until("task.parked");
    const { budget: denial } = await task.status();
    if (denial === undefined) throw new Error("The status does not say which budget has no room.");
    const before = { paid: paidCents(stage), letters: await letters(stage) };

    stage.tell("The money is paid and the letter is not written. Olga looks, and extends:");
    const url = `${ingressUrl}/restate/call/${BUDGET_SERVICE}/${encodeURIComponent(denial.budget)}`;
    stage.command(curl(`${url}/show`));
    const { used, limit } = await ask<BudgetView>(`${url}/show`, undefined, signal);
    stage.command(`-> ${used.steps ?? 0} of ${limit.steps ?? "any number of"} steps are used`);
    stage.command(curl(`${url}/limit`, MORE));
    await ask(`${url}/limit`, MORE, signal);
    await stage.until("turn.completed");
    return [
      { what: "what the task waited as", seen: parked.data.status, expected: "waiting-budget" },
      { what: "what was used up", seen: denial.dimension, expected: "steps" },
      { what: "cents that were refunded by then", seen: before.paid, expected: "4200" },
      { what: "letters that were written by then", seen: before.letters, expected: 0 },
      { what: "calls of the model in all", seen: events(stage, "model.answered"), expected: 5 },
      { what: "requests that the payment provider got", seen: paymentRequests(stage), expected: 1 },
      { what: "cents that were refunded", seen: paidCents(stage), expected: "4200" },
      { what: "letters in the outbox", seen: await letters(stage), expected: 1 },
    ];
  },
};
