// Owns a population of tasks on a server: templates of real tasks, and which of them is which. One in a
// hundred has its log in the state, as one that works or has just worked; one in a hundred waits for an
// approval; of the others nine in ten have ended, and one in ten is idle, their logs archived.
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { orders } from "./sides.ts";
import { until } from "./restate-calls.ts";
import type { Stand } from "./stand.ts";
import { serveFiller, type TaskTemplate, type TaskOfNumber } from "./task-filler.ts";

/** Of model and tool calls in turn, after which a log has a hundred entries. */
const STEPS = 47;
const TENANTS = 20;
const OWNERS = 100;
/** Sent by one invocation; a few are under way, so that a journal is short and the engine busy. */
const SPREAD = 500;
const SPREADS_AT_ONCE = 4;
const MINUTE = 60_000;

type Place = "archived" | "in-state";

export interface Templates {
  readonly ended: TaskTemplate;
  readonly idle: TaskTemplate;
  readonly live: TaskTemplate;
  readonly asking: TaskTemplate;
}

/** Works on real tasks and reads what they leave. `in-state`: nothing is archived. */
export async function makeTemplates(stand: Stand, place: Place): Promise<Templates> {
  const archive = place === "archived" ? ["archive"] : [];
  return {
    ended: await templateOf(stand, { agent: "clerk", steps: STEPS }, ["complete", ...archive]),
    idle: await templateOf(stand, { agent: "clerk", steps: STEPS }, archive),
    live: await templateOf(stand, { agent: "clerk", steps: STEPS }, []),
    asking: await templateOf(stand, { agent: "cashier", steps: 1 }, []),
  };
}

async function templateOf(
  stand: Stand,
  { agent, steps }: { readonly agent: string; readonly steps: number },
  then: readonly string[],
): Promise<TaskTemplate> {
  const given = orders(steps);
  const path = `${agent}/${given.label}`;
  const where = `service_name = '${agent}' AND service_key = '${given.label}'`;
  const head = async () => {
    const [row] = await stand.query(`SELECT value_utf8 FROM state WHERE ${where} AND key = 'head'`);
    return JSON.parse(row === undefined ? "{}" : String(row["value_utf8"])) as {
      readonly taskUid: string;
      readonly status?: string;
      readonly segment?: { readonly open: boolean; readonly queued: boolean };
    };
  };
  const rests = (...statuses: readonly string[]) =>
    until(`the task of ${agent} rests`, async () => {
      const { status = "", segment } = await head();
      return statuses.includes(status) && segment?.open === false && !segment.queued;
    });
  await stand.call(`${path}/start`, { message: JSON.stringify(given) });
  await rests("idle", "waiting-approval");
  for (const verb of then) {
    await stand.call(`${path}/${verb}`, verb === "archive" ? {} : { reason: "a measurement" });
    await rests("idle", "completed");
  }
  const rows = await stand.query(`SELECT key, value_utf8 FROM state WHERE ${where}`);
  return {
    taskId: given.label,
    taskUid: (await head()).taskUid,
    rows: Object.fromEntries(rows.map((row) => [String(row["key"]), String(row["value_utf8"])])),
  };
}

/** Of the task of a number. */
const tenantOf = (n: number) => `tenant-${n % TENANTS}`;
const ownerOf = (n: number) => `owner-${n % OWNERS}`;

/** A task of the population that has ended, to be looked for. */
export const SOUGHT = { tenant: tenantOf(21), owner: ownerOf(21), taskId: idOf(21) };

function idOf(n: number): string {
  return `case-${String(n).padStart(7, "0")}`;
}

/** One task a minute up to now. */
function population(templates: Templates, count: number, now: number): TaskOfNumber {
  const uids = new Map<number, string>();
  const uidOf = (n: number) => {
    const known = uids.get(n) ?? randomUUID();
    uids.set(n, known);
    return known;
  };
  const templateFor = (n: number) => {
    if (n % 100 === 0) return { template: templates.live, service: "filled-clerk" };
    if (n % 100 === 50) return { template: templates.asking, service: "filled-cashier" };
    const template = n % 10 === 5 ? templates.idle : templates.ended;
    return { template, service: "filled-clerk" };
  };
  return (n) => {
    const createdAt = now - (count - n) * MINUTE;
    const at = { createdAt, updatedAt: createdAt + MINUTE, since: createdAt + MINUTE };
    return {
      ...templateFor(n),
      taskId: `${tenantOf(n)}/${idOf(n)}`,
      taskUid: uidOf(n),
      head: { ...at, owner: ownerOf(n), tenant: tenantOf(n) },
    };
  };
}

/** Resolves when the server has them all. */
export async function fillTasks(
  stand: Stand,
  templates: Templates,
  count: number,
  say: (progress: string) => void,
): Promise<void> {
  const names = ["filled-clerk", "filled-cashier"];
  await using filler = await serveFiller(names, population(templates, count, Date.now()));
  await stand.registerDeployment(filler.url);
  let next = 0;
  const spread = async (): Promise<void> => {
    while (next < count) {
      const from = next;
      next += SPREAD;
      await stand.call("filler/spread", { from, count: Math.min(SPREAD, count - from) });
      // Not ahead of the engine by more than it can hold.
      while ((await underWay(stand)) > SPREAD * SPREADS_AT_ONCE) await delay(100);
      if (from % 10_000 === 0) say(`${from} of ${count} tasks are filled in`);
    }
  };
  await Promise.all(Array.from({ length: SPREADS_AT_ONCE }, spread));
  await until("all tasks are filled in", async () => (await underWay(stand)) === 0, 250);
}

async function underWay(stand: Stand): Promise<number> {
  const [row] = await stand.query(
    "SELECT count(*) AS count FROM sys_invocation WHERE target_service_name LIKE 'fill%'",
  );
  return Number(row?.["count"]);
}
