// Owns what the engine still holds of tasks that have ended: read by SQL introspection, over every
// service, so that nothing has to be known of how a task works. Each line is one thing that is left.
import { BUDGET_SERVICE, type BudgetView } from "../../contract/budget.ts";
import { INBOX_SERVICE } from "../../contract/inbox.ts";
import type { InboxState } from "../../core/inbox/inbox-state.ts";
import type { TaskHead } from "../../core/task-head.ts";
import type { TestEngine } from "../support/restate.ts";

/** Timers that clean up after what has ended, and do nothing else. */
const CLEANERS: ReadonlySet<string> = new Set([
  `${INBOX_SERVICE}/expire`,
  "holdfast.approval/forget",
  // Who took leave is remembered for a day; what is still out is seen in the budgets themselves.
  "holdfast.budget/attend",
]);

export async function leftoversOf(engine: TestEngine): Promise<readonly string[]> {
  const query = (sql: string) => engine.admin.query(sql);
  const invocations = await query(
    `SELECT target_service_name AS service, target_handler_name AS handler, status, count(*) AS count
     FROM sys_invocation WHERE status != 'completed' GROUP BY 1, 2, 3`,
  );
  const open = invocations
    .map(({ service, handler, status, count }) => {
      return { what: `${String(service)}/${String(handler)}`, status: String(status), count };
    })
    .filter(({ what, status }) => !(status === "scheduled" && CLEANERS.has(what)));
  const promises = await query("SELECT key FROM sys_promise WHERE NOT completed");
  const inboxes = await query("SELECT service_name AS service FROM sys_inbox");
  const locks = await query(
    "SELECT service_name AS service, service_key AS key FROM sys_keyed_service_status WHERE invocation_id IS NOT NULL",
  );
  return [
    ...open.map(({ what, status, count }) => `${String(count)} of ${what} ${status}`),
    ...promises.map(({ key }) => `promise ${String(key)}`),
    ...inboxes.map(({ service }) => `queued for ${String(service)}`),
    ...locks.map(({ service, key }) => `lock of ${String(service)}/${String(key)}`),
    ...(await openInHeads(engine)),
    ...(await keptRows(engine)),
    ...(await openInInboxes(engine)),
    ...(await openInBudgets(engine)),
  ];
}

const ENDS: ReadonlySet<string> = new Set(["completed", "cancelled", "killed", "retired"]);

async function openInHeads(engine: TestEngine): Promise<readonly string[]> {
  const rows = await engine.admin.query(
    "SELECT service_name AS agent, service_key AS id, value_utf8 AS head FROM state WHERE key = 'head' AND service_name NOT LIKE 'holdfast.%'",
  );
  return rows.flatMap(({ agent, id, head }) => {
    const { status, operations, park, queue, hold, segment, listeners } = JSON.parse(
      String(head),
    ) as TaskHead;
    const left: readonly (readonly [string, boolean])[] = [
      [`the status ${status}`, !ENDS.has(status)],
      ["an operation", operations.length > 0],
      ["a timer", park.wakeAt !== undefined],
      ["a kept message", queue !== undefined],
      ["a hold", hold !== undefined],
      ["a segment", segment.open || segment.queued],
      ["a listener", listeners.length > 0],
    ];
    return left.flatMap(([what, is]) => (is ? [`${String(agent)}/${String(id)} has ${what}`] : []));
  });
}

/** Rows of messages that were kept for later turns. */
async function keptRows(engine: TestEngine): Promise<readonly string[]> {
  const rows = await engine.admin.query(
    "SELECT service_name AS agent, service_key AS id, key FROM state WHERE key LIKE 'queued/%'",
  );
  return rows.map(({ agent, id, key }) => `${String(agent)}/${String(id)} has ${String(key)}`);
}

async function openInInboxes(engine: TestEngine): Promise<readonly string[]> {
  const rows = await engine.admin.query(
    `SELECT service_key AS key, value_utf8 AS value FROM state WHERE service_name = '${INBOX_SERVICE}' AND key = 'inbox'`,
  );
  return rows.flatMap(({ key, value }) => {
    const { subscriptions } = JSON.parse(String(value)) as InboxState;
    return subscriptions.length === 0 ? [] : [`${subscriptions.length} waits at ${String(key)}`];
  });
}

/** What is reserved, on lease to a budget below, or waited for. */
async function openInBudgets(engine: TestEngine): Promise<readonly string[]> {
  const rows = await engine.admin.query(
    `SELECT DISTINCT service_key AS key FROM state WHERE service_name = '${BUDGET_SERVICE}'`,
  );
  const views = await Promise.all(
    rows.map(async ({ key }) => {
      const path = `${BUDGET_SERVICE}/${encodeURIComponent(String(key))}/show`;
      return (await engine.call(path)).body as BudgetView;
    }),
  );
  return views.flatMap(({ budget, reserved, leased, open, waiting }) => {
    const isTaken = [reserved, leased].some((each) => Object.values(each).some((much) => much > 0));
    const isLeft = isTaken || open.length > 0 || waiting > 0;
    return isLeft ? [`budget ${budget}: ${JSON.stringify({ reserved, leased, waiting })}`] : [];
  });
}
