// Owns that no operator acts without a reason, and that each act is in a record that shows when it was
// tampered with (R73): over every handler that is served, so that a new one cannot be forgotten.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { CONTROL_SERVICE } from "../../contract/control.ts";
import type { DeadLetterList } from "../../contract/notification.ts";
import type { OperatorEntry } from "../../contract/operator-record.ts";
import { chainProblem } from "../../core/log.ts";
import { recordProblem } from "../../core/operator-record.ts";
import { defineBudgets, defineTool, sleep } from "../../index.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { asksFor, type Reply, says, scriptedModel } from "../agent/support/scripted-model.ts";
import { PATIENCE, type Task } from "../agent/support/task.ts";

const AGENT = "audited";
const HOUR = 3_600_000;

const pay = defineTool({
  name: "pay",
  description: "Pays, and nobody knows whether it did.",
  input: z.strictObject({}),
  output: z.string(),
  effect: "financial",
  approval: "never",
  execute: () => {
    throw new Error("the line is dead");
  },
});

const PLANS: Readonly<Record<string, Reply>> = {
  waits: asksFor(["sleep", { seconds: 3_600 }]),
  pays: asksFor(["pay", {}]),
  fails: { kind: "terminal", code: "invalid_request" },
  rests: says("done"),
};

let scene: Scene;
let taskOf: (id: string) => Task;
beforeAll(async () => {
  scene = await openScene();
  const model = scriptedModel(({ messages }) => {
    const said = messages.find(({ role }) => role === "user");
    const part = said?.role === "user" ? said.parts[0] : undefined;
    const plan = part?.type === "text" ? PLANS[part.text] : undefined;
    return plan === undefined || messages.some(({ role }) => role === "tool") ? says("done") : plan;
  });
  const { task } = await scene.open({
    name: AGENT,
    model,
    tools: [sleep, pay],
    app: {
      budgets: defineBudgets({ levels: { tenant: { limit: { steps: 1_000 } } } }),
      notifications: [
        // Nobody listens there.
        { name: "ops", url: "http://127.0.0.1:9/", secret: "none", events: ["task.idle"] },
      ],
      notificationRetry: { firstMs: 1, maxMs: 1, forMs: 1, attempts: 1 },
    },
    only: { control: true },
  });
  taskOf = task;
});
afterAll(() => scene.stop());

const times = { everyMs: HOUR };
const target = { kind: "start", agent: AGENT, message: "rests" };
const STOP = { kind: "tool", name: "unheard-of" };

/** Every verb of an operator, with a body that lacks the reason alone. */
const OPERATOR_VERBS: Readonly<Record<string, object>> = {
  [`${AGENT}/cancel`]: {},
  [`${AGENT}/pause`]: {},
  [`${AGENT}/resume`]: {},
  [`${AGENT}/quarantine`]: {},
  [`${AGENT}/complete`]: {},
  [`${AGENT}/retire`]: {},
  [`${AGENT}/rollback`]: {},
  [`${AGENT}/retry`]: {},
  [`${AGENT}/recover`]: {},
  [`${AGENT}/drop`]: { messageId: "m" },
  [`${AGENT}/grant`]: { grants: [] },
  [`${AGENT}/transfer`]: { owner: "bea" },
  [`${AGENT}/withdraw`]: { operationId: "o" },
  [`${AGENT}/override`]: { operationId: "o", result: 1 },
  [`${AGENT}/settle`]: { operationId: "o", outcome: "not-applied" },
  [`${CONTROL_SERVICE}/kill`]: { agent: AGENT, taskId: "t" },
  [`${CONTROL_SERVICE}/erase`]: { agent: AGENT, taskId: "t", artifacts: "keep" },
  [`${CONTROL_SERVICE}/preserve`]: { agent: AGENT, taskId: "t", preserved: true },
  "holdfast.stops/stop": STOP,
  "holdfast.stops/lift": STOP,
  "holdfast.schedule/set": { times, target },
  "holdfast.schedule/pause": {},
  "holdfast.schedule/resume": {},
  "holdfast.schedule/runNow": {},
  "holdfast.schedule/delete": {},
  "holdfast.dead-letter/redeliver": {},
  "holdfast.dead-letter/discard": {},
  "holdfast.budget/limit": { set: { steps: 5 }, by: "ada" },
};

/** Public, and no act of an operator: words, decisions and events of others, looks, and reads. */
const NO_OPERATOR_VERBS: ReadonlySet<string> = new Set([
  ...["start", "send", "ask", "answer", "status", "events", "context", "explain", "authority"].map(
    (handler) => `${AGENT}/${handler}`,
  ),
  // Whoever watches has the task look at itself; what it finds it says in its own name.
  `${AGENT}/flag`,
  `${AGENT}/succeed`,
  // What was set before is carried out where it is due, and nowhere else.
  `${AGENT}/archive`,
  `${CONTROL_SERVICE}/expire`,
  // A decision says on what; a rejection says why.
  "holdfast.approval/decide",
  // A claim says who looks at it, and binds nobody.
  ...["show", "preview", "claim", "release"].map((handler) => `holdfast.approval/${handler}`),
  "holdfast.audit/show",
  "holdfast.audit/retry",
  "holdfast.budget/show",
  "holdfast.budget/reserve",
  "holdfast.budget/settle",
  `${CONTROL_SERVICE}/explain`,
  `${CONTROL_SERVICE}/rules`,
  "holdfast.dead-letter/list",
  "holdfast.dead-letter/record",
  "holdfast.events/publish",
  "holdfast.events/show",
  "holdfast.schedule/show",
  "holdfast.schedule/record",
  "holdfast.stops/list",
  "holdfast.stops/check",
  "holdfast.stops/record",
  "holdfast.webhook/receive",
  "holdfast.webhook/show",
]);

const servicesSchema = z.object({
  services: z.array(
    z.object({
      name: z.string(),
      ty: z.string(),
      public: z.boolean(),
      handlers: z.array(z.object({ name: z.string(), public: z.boolean() })),
    }),
  ),
});

const KEYS: Readonly<Record<string, string>> = {
  "holdfast.stops": "all",
  "holdfast.budget": encodeURIComponent("tenant/acme"),
  "holdfast.dead-letter": "ops",
};

/** Where a verb is called: an object's has a key. */
function pathOf(verb: string): string {
  const [service = "", handler = ""] = verb.split("/");
  return service === CONTROL_SERVICE ? verb : `${service}/${KEYS[service] ?? "t"}/${handler}`;
}

const because = (verb: string) => ({ reason: `because of ${verb}`, by: "ada" });

async function act(path: string, body: object): Promise<unknown> {
  const answer = await scene.engine.call(path, body);
  expect(answer, `${path} ${JSON.stringify(answer.body)}`).toMatchObject({ status: 200 });
  return answer.body;
}

async function started(
  plan: string,
  status: "waiting-timer" | "failed" | "idle" | "waiting-reconcile",
  n = "",
) {
  const task = taskOf(`${plan}${n}`);
  await task.start(plan, "ann");
  await task.until(status);
  return task;
}

/** The act is in the task's log, with who and why. */
async function recorded(task: Task, verb: string, body: object = {}): Promise<void> {
  const said = because(verb);
  const answer = await task.post(verb, { ...body, ...said });
  expect(answer, `${verb} ${JSON.stringify(answer.body)}`).toMatchObject({ status: 200 });
  await vi.waitFor(async () => {
    const found = (await task.log()).find(({ reason }) => reason === said.reason);
    expect(found?.actor, verb).toEqual({ kind: "operator", id: "ada" });
  }, PATIENCE);
}

describe("R73 every verb of an operator", () => {
  it("is among these, or is none", async () => {
    const answer = await fetch(`${scene.engine.adminUrl}/services`);
    const { services } = servicesSchema.parse(await answer.json());
    const handlers = services.flatMap((service) =>
      service.handlers
        .filter((handler) => service.public && handler.public)
        .map(({ name }) => `${service.name}/${name}`),
    );
    const known = [...Object.keys(OPERATOR_VERBS), ...NO_OPERATOR_VERBS];
    expect(handlers.filter((each) => !known.includes(each))).toEqual([]);
    expect(Object.keys(OPERATOR_VERBS).filter((each) => !handlers.includes(each))).toEqual([]);
  });

  it.each(Object.entries(OPERATOR_VERBS))("%s is refused without a reason", async (verb, body) => {
    for (const reason of [undefined, ""]) {
      const answer = await scene.engine.call(pathOf(verb), { ...body, reason });
      expect(answer.status, JSON.stringify(answer.body)).toBe(400);
      expect(JSON.stringify(answer.body)).toContain("reason");
    }
  });

  it("on a task is in its log with who and why, and a changed entry shows", async () => {
    const one = await started("waits", "waiting-timer");
    await recorded(one, "pause");
    await recorded(one, "resume");
    await recorded(one, "transfer", { owner: "bea" });
    await recorded(one, "grant", { grants: [{ tool: "*" }] });
    await recorded(one, "quarantine");
    await one.post("resume", { reason: "seen" });
    await one.until("waiting-timer");
    await recorded(one, "recover");
    const { operations } = await one.until("waiting-timer");
    await recorded(one, "withdraw", { operationId: operations[0]?.operationId });
    await one.until("idle");
    await recorded(one, "rollback");
    await one.until("idle");
    await recorded(one, "complete");

    const other = await started("waits", "waiting-timer", "-2");
    const [open] = (await other.status()).operations;
    await recorded(other, "override", { operationId: open?.operationId, result: "slept" });
    await other.until("idle");
    await recorded(other, "retire");

    await recorded(await started("waits", "waiting-timer", "-3"), "cancel");
    await recorded(await started("fails", "failed"), "retry");
    const unsure = await started("pays", "waiting-reconcile");
    const [paid] = (await unsure.status()).operations;
    const stated = { operationId: paid?.operationId, outcome: "applied" };
    await recorded(unsure, "settle", stated);

    const last = await started("waits", "waiting-timer", "-4");
    await act(`${CONTROL_SERVICE}/kill`, { agent: AGENT, taskId: last.id, ...because("kill") });
    const log = await vi.waitFor(async () => {
      const killed = await last.log();
      expect(killed.at(-1)).toMatchObject({ type: "task.killed", reason: "because of kill" });
      return killed;
    }, PATIENCE);
    expect(chainProblem(log)).toBeUndefined();
    const forged = log.map((event) =>
      event.reason === undefined ? event : { ...event, reason: "because I say so" },
    );
    expect(chainProblem(forged)?.problem).toContain("was changed");
  });

  /** What was done, as the record has it; a change of any entry shows. */
  function expectSound(entries: readonly object[], verbs: readonly string[]): void {
    expect(recordProblem(entries)).toBeUndefined();
    const reasons = entries.map((entry) => (entry as OperatorEntry).reason);
    for (const verb of verbs) expect(reasons).toContain(`because of ${verb}`);
    for (const [place, entry] of entries.entries()) {
      const forged = entries.with(place, { ...entry, reason: "because I say so" });
      expect(recordProblem(forged)).toBe(`entry ${place} was changed`);
    }
    // But for the end, of which only who knows its hash can tell.
    for (const place of entries.slice(1).keys())
      expect(recordProblem(entries.toSpliced(place, 1))).toBeDefined();
  }

  it("on a schedule, a dead letter, a stop and a budget is in a record that shows a changed entry", async () => {
    await act("holdfast.schedule/s/set", { times, target, ...because("set") });
    const verbs = ["pause", "resume", "runNow", "delete"];
    for (const verb of verbs) await act(`holdfast.schedule/s/${verb}`, because(verb));
    const kept = await act("holdfast.schedule/s/record", {});
    expectSound((kept as { entries: object[] }).entries, ["set", ...verbs]);

    for (const n of ["-a", "-b"]) await started("rests", "idle", n);
    const letters = await vi.waitFor(async () => {
      const list = (await act("holdfast.dead-letter/ops/list", {})) as DeadLetterList;
      expect(list.letters.length).toBeGreaterThanOrEqual(2);
      return list.letters;
    }, PATIENCE);
    const [first, second] = letters.map(({ id }) => id);
    await act("holdfast.dead-letter/ops/redeliver", { id: first, ...because("redeliver") });
    await act("holdfast.dead-letter/ops/discard", { id: second, ...because("discard") });
    const dead = await act("holdfast.dead-letter/ops/record", {});
    expectSound((dead as { entries: object[] }).entries, ["redeliver", "discard"]);

    await act("holdfast.stops/all/stop", { ...STOP, ...because("stop") });
    await act("holdfast.stops/all/lift", { ...STOP, ...because("lift") });
    const stops = await act("holdfast.stops/all/record", {});
    expectSound((stops as { entries: object[] }).entries, ["stop", "lift"]);

    const budget = `holdfast.budget/${encodeURIComponent("tenant/acme")}`;
    for (const verb of ["limit", "limit again"])
      await act(`${budget}/limit`, { extend: { steps: 5 }, ...because(verb) });
    const view = await act(`${budget}/show`, {});
    expectSound((view as { changes: object[] }).changes, ["limit", "limit again"]);
  });
});
