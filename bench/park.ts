// Owns bringing tasks to where they wait and hold nothing but that: for an approval, for an event, or
// as the hand-written object does it, inside an invocation.
import { orders } from "./sides.ts";
import { until } from "./restate-calls.ts";
import type { Stand } from "./stand.ts";

/** Started at once at most: the way into the wait is not what is measured. */
const AT_ONCE = 50;
/** With thousands of invocations, asking costs more than waiting. */
const LOOK_MS = 500;

/** Resolves to the task ids when each is waiting and only suspended waiters are open. */
export async function parkTasks(stand: Stand, count: number): Promise<readonly string[]> {
  const labels = await startAll(stand, count, "cashier", 1);
  await waiting(stand, "cashier", "waiting-approval", count);
  return labels;
}

/** Resolves to the task ids, which are the keys of the events, when nothing is open any more. */
export async function parkOnEvents(stand: Stand, count: number): Promise<readonly string[]> {
  const labels = await startAll(stand, count, "waiter", 1);
  await waiting(stand, "waiter", "waiting-event", count);
  return labels;
}

/** Resolves to the keys when each invocation is suspended. */
export async function parkInvocations(stand: Stand, count: number): Promise<readonly string[]> {
  const given = Array.from({ length: count }, () => orders(0));
  await inBatches(given, (each) => stand.send(`BaselineControl/${each.label}/wait`, each));
  await until(
    `${count} invocations are suspended`,
    async () => {
      const open = await stand.openInvocations();
      return open["BaselineControl/wait suspended"] === count;
    },
    LOOK_MS,
  );
  return given.map(({ label }) => label);
}

async function startAll(
  stand: Stand,
  count: number,
  agent: string,
  steps: number,
): Promise<readonly string[]> {
  const given = Array.from({ length: count }, () => orders(steps));
  await inBatches(given, (each) =>
    stand.call(`${agent}/${each.label}/start`, { message: JSON.stringify(each) }),
  );
  return given.map(({ label }) => label);
}

/** One batch after the other. */
export async function inBatches<T>(
  all: readonly T[],
  act: (each: T) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < all.length; from += AT_ONCE)
    await Promise.all(all.slice(from, from + AT_ONCE).map(act));
}

async function waiting(stand: Stand, agent: string, status: string, count: number): Promise<void> {
  await until(
    `${count} tasks are parked`,
    async () => {
      const rows = await stand.query(
        `SELECT count(*) AS count FROM state WHERE service_name = '${agent}' AND key = 'head' ` +
          `AND value_utf8 LIKE '%"status":"${status}"%'`,
      );
      if (Number(rows[0]?.["count"]) < count) return false;
      const open = await stand.openInvocations();
      return Object.keys(open).every((each) => each.endsWith(" suspended"));
    },
    LOOK_MS,
  );
}
