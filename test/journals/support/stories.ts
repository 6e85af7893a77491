// Owns what people and tasks do while journals are recorded: each handler of an app is called at least
// once, in the ways that leave different journals.
import { vi } from "vitest";
import { Webhook } from "standardwebhooks";
import { nap, type Plan, planOf } from "../../agent/support/plan.ts";
import { PATIENCE, type Task, taskAt } from "../../agent/support/task.ts";
import type { TestEngine } from "../../support/restate.ts";
import { REVIEWED, TELLER, WEBHOOK_SECRET } from "./teller.ts";

const WHY = { by: "olga", reason: "it is asked for" };

/** Everything, one story after the other. */
export async function tellStories(engine: TestEngine): Promise<void> {
  const told = { engine, task: (id: string, agent = TELLER) => taskAt(engine, agent, id) };
  for (const story of STORIES) await story(told);
}

interface Told {
  readonly engine: TestEngine;
  task(id: string, agent?: string): Task;
}

const STORIES: readonly ((told: Told) => Promise<void>)[] = [
  talks,
  decides,
  reviews,
  waits,
  delegates,
  undoes,
  losesAnEffect,
  isHeld,
  fails,
  isStopped,
  isScheduled,
  isToldByWebhook,
  isKilled,
];

const plan = (...steps: readonly Plan["steps"][number][]): string =>
  planOf(steps, { ends: "done" });

async function ok(task: Task, verb: string, body?: unknown): Promise<unknown> {
  const answer = await task.post(verb, body);
  if (answer.status >= 300)
    throw new Error(`${task.id}/${verb}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function called(engine: TestEngine, path: string, body?: unknown): Promise<unknown> {
  const answer = await engine.call(path, body);
  if (answer.status >= 300)
    throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function talks({ engine, task }: Told): Promise<void> {
  const one = task("talks");
  await one.start(
    plan([
      ["look", { what: "a" }],
      ["look", { what: "b" }],
    ]),
    "ann",
  );
  await one.until("idle");
  await ok(one, "ask", { message: plan([["look", { what: "c" }]]), messageId: "m-2" });
  await one.send(plan(), "m-3");
  await one.until("idle");
  await one.context();
  await one.log();
  await ok(one, "explain");
  await ok(one, "flag", {});
  await ok(one, "succeed");
  await ok(one, "recover", { reason: "a look", park: false });
  await ok(one, "transfer", { ...WHY, owner: "bob" });
  await called(engine, `holdfast.audit/${TELLER}%2Ftalks/show`);
  const { taskUid } = await one.status();
  await called(engine, `holdfast.budget/task%2F${taskUid}/show`);
  await called(engine, `holdfast.budget/task%2F${taskUid}/limit`, { extend: { steps: 5 }, ...WHY });
  await ok(one, "complete", WHY);
}

async function decides({ engine, task }: Told): Promise<void> {
  for (const decision of ["approve", "reject"] as const) {
    const one = task(`decides-${decision}`);
    await one.start(plan([["refund", { what: "7" }]]), "ann");
    const { operations } = await one.until("waiting-approval");
    const approval = `holdfast.approval/${operations[0]?.proposal?.approvalId}`;
    await called(engine, `${approval}/show`, { compare: true });
    const { digest } = operations[0]?.proposal ?? {};
    await called(engine, `${approval}/claim`, { by: "ada" });
    await called(engine, `${approval}/preview`, { decision, by: "ada" });
    await called(engine, `${approval}/release`, { by: "ada" });
    await called(engine, `${approval}/decide`, {
      decision,
      digest,
      by: "ada",
      message: "so be it",
    });
    await one.until("idle");
  }
  const late = task("decides-late");
  await late.start(plan([["hurry", { what: "7" }]]), "ann");
  const stale = task("decides-on-what-changed");
  await stale.start(plan([["order", { what: "7" }]]), "ann");
  const asked = (await stale.until("waiting-approval")).operations[0]?.proposal?.approvalId;
  await called(engine, `holdfast.approval/${asked}/show`, { compare: true });
  await stale.logged("approval.requested", 2);
  await late.logged("approval.expired");
  const other = task("decides-by-awakeable");
  await other.start(plan([["refund", { what: "8" }]]), "ann");
  const { operations } = await other.until("waiting-approval");
  await other.decide(operations[0], "approve", { digest: "0".repeat(64) });
  await other.logged("approval.mismatch");
  const again = await other.until("waiting-approval");
  await ok(other, "withdraw", { operationId: again.operations[0]?.operationId, ...WHY });
  await other.until("idle");
}

async function reviews({ engine, task }: Told): Promise<void> {
  const one = task("reviewed", REVIEWED);
  await one.start(plan(), "ann");
  const { review } = await one.until("waiting-approval");
  const decide = `holdfast.approval/${review?.approvalId}/decide`;
  const decision = { decision: "edit", digest: review?.digest, by: "ada" };
  await called(engine, decide, { ...decision, arguments: { text: "Done." } });
  await one.until("idle");
}

async function waits({ engine, task }: Told): Promise<void> {
  const one = task("waits");
  const wait = ["wait_for_event", { topic: "settled", key: "e" }] as const;
  const forgotten = ["wait_for_event", { topic: "settled", key: "f" }] as const;
  await one.start(plan([nap(1), wait, forgotten, ["ask_human", { question: "Which?" }]]), "ann");
  await one.logged("wait.opened", 4);
  await called(engine, "holdfast.events/show", { topic: "settled", key: "e" });
  const event = { topic: "settled", key: "e", eventId: "e-1", payload: { cents: 1 } };
  await called(engine, "holdfast.events/publish", event);
  const { operations } = await one.status();
  const of = (kind: string) =>
    operations.find(({ wait: open }) => open?.kind === kind)?.operationId;
  await ok(one, "answer", { operationId: of("question"), answer: "blue", by: "ann" });
  const left = await vi.waitFor(async () => {
    const open = (await one.status()).operations.filter((each) => each.wait?.kind === "event");
    if (open.length !== 1) throw new Error("two events are waited for");
    return open[0]?.operationId;
  }, PATIENCE);
  await ok(one, "withdraw", { operationId: left, ...WHY });
  await one.until("idle");
  // Kept, since nobody waits there.
  await called(engine, "holdfast.events/publish", { ...event, key: "g", eventId: "e-2" });
}

async function delegates({ task }: Told): Promise<void> {
  const one = task("delegates");
  const message = plan([["look", { what: "j" }]]);
  await one.start(plan([["delegate", { agent: "junior", message }]]), "ann");
  await one.until("idle");
}

async function undoes({ task }: Told): Promise<void> {
  const one = task("undoes");
  await one.start(
    plan([
      ["book", { what: "x" }],
      ["pay", { what: "y" }],
    ]),
    "ann",
  );
  await one.until("idle");
  await ok(one, "rollback", WHY);
  await one.logged("task.rolled-back");
  await ok(one, "grant", { ...WHY, grants: [] });
  await ok(one, "cancel", WHY);
  await one.until("cancelled");
}

async function losesAnEffect({ task }: Told): Promise<void> {
  const one = task("loses");
  await one.start(plan([["pay", { what: "lost" }]]), "ann");
  const { operations } = await one.until("waiting-reconcile");
  await ok(one, "retry", WHY);
  await one.until("waiting-reconcile");
  const { operationId } = operations[0] ?? {};
  await ok(one, "settle", { operationId, outcome: "applied", result: "paid", ...WHY });
  await one.until("idle");
}

async function isHeld({ task }: Told): Promise<void> {
  const one = task("held");
  await one.start(plan([nap(60)]), "ann");
  const { operations } = await one.until("waiting-timer");
  await ok(one, "pause", { ...WHY, when: "now" });
  await ok(one, "resume", WHY);
  await ok(one, "quarantine", WHY);
  await ok(one, "resume", WHY);
  const { operationId } = operations[0] ?? {};
  await ok(one, "override", { operationId, result: "slept", ...WHY });
  await one.until("idle");
  await ok(one, "retire", WHY);
  await one.until("retired");
}

async function fails({ engine, task }: Told): Promise<void> {
  const one = task("fails");
  await one.start(planOf([], { ends: "fail" }), "ann");
  await one.until("failed");
  await ok(one, "retry", WHY);
  await one.logged("turn.failed", 2);
  await one.post("drop", { messageId: "none", ...WHY });
  const letters = "holdfast.dead-letter/ops";
  const { letters: kept } = await vi.waitFor(async () => {
    const list = (await called(engine, `${letters}/list`)) as {
      readonly letters: readonly { readonly notificationId: string }[];
    };
    if (list.letters.length < 2) throw new Error("no dead letters yet");
    return list;
  }, PATIENCE);
  await called(engine, `${letters}/redeliver`, { id: kept[0]?.notificationId, ...WHY });
  await called(engine, `${letters}/record`, {});
  await called(engine, `${letters}/discard`, { id: kept[1]?.notificationId, ...WHY });
}

async function isStopped({ engine, task }: Told): Promise<void> {
  const stop = { kind: "tool", name: "look", ...WHY };
  await called(engine, "holdfast.stops/all/stop", stop);
  await vi.waitFor(async () => {
    const said = JSON.stringify(await called(engine, "holdfast.stops/all/list"));
    if (!said.includes('"stopped"')) throw new Error("not stopped yet");
  }, PATIENCE);
  // What only reads goes by a view of at most five seconds: the first ones may not know of the stop.
  const one = await vi.waitFor(async () => {
    const each = task(`stopped-${Date.now()}`);
    await each.start(plan([["look", { what: "s" }]]), "ann");
    const { status } = await each.until("paused", "idle");
    if (status === "idle") throw new Error("the stop is not seen yet");
    return each;
  }, PATIENCE);
  await called(engine, "holdfast.stops/all/lift", stop);
  await one.until("idle");
  await called(engine, "holdfast.stops/all/check", { agent: TELLER, tool: "look" });
  await called(engine, "holdfast.stops/all/record", {});
}

async function isScheduled({ engine }: Told): Promise<void> {
  const schedule = "holdfast.schedule/daily";
  const target = { kind: "start", agent: TELLER, message: plan(), owner: "ann" };
  await called(engine, `${schedule}/set`, { times: { everyMs: 1_000 }, target, ...WHY });
  await vi.waitFor(async () => {
    const said = JSON.stringify(await called(engine, `${schedule}/show`, {}));
    if (!/"started":[1-9]/u.test(said)) throw new Error("not started yet");
  }, PATIENCE);
  for (const verb of ["pause", "resume", "runNow", "delete"])
    await called(engine, `${schedule}/${verb}`, WHY);
  await called(engine, `${schedule}/record`, {});
}

async function isToldByWebhook({ engine }: Told): Promise<void> {
  const body = JSON.stringify({ paid: true });
  const send = (signature: string) =>
    engine.call(
      "holdfast.webhook/bank/receive",
      { paid: true },
      { ...at, "webhook-signature": signature },
    );
  const now = new Date();
  const at = {
    "webhook-id": "w-1",
    "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
  };
  await send(new Webhook(WEBHOOK_SECRET).sign("w-1", now, body));
  await send("v1,forged");
  await called(engine, "holdfast.webhook/bank/show");
}

async function isKilled({ engine, task }: Told): Promise<void> {
  const one = task("killed");
  await one.start(plan([nap(60)]), "ann");
  await one.until("waiting-timer");
  await called(engine, "holdfast.control/explain", { agent: TELLER, taskId: "killed" });
  await called(engine, "holdfast.control/rules");
  await called(engine, "holdfast.control/kill", { agent: TELLER, taskId: "killed", ...WHY });
  await one.until("killed");
}
