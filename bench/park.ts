// Owns bringing tasks to where they wait for an approval and hold nothing but that.
import { orders } from "./sides.ts";
import { until } from "./restate-calls.ts";
import type { Stand } from "./stand.ts";

/** Started at once at most: the way into the wait is not what is measured. */
const AT_ONCE = 50;

/** Resolves to the task ids when each is waiting and only suspended waiters are open. */
export async function parkTasks(stand: Stand, count: number): Promise<readonly string[]> {
  const given = Array.from({ length: count }, () => orders(1));
  for (let from = 0; from < count; from += AT_ONCE) {
    await Promise.all(
      given
        .slice(from, from + AT_ONCE)
        .map((each) =>
          stand.call(`cashier/${each.label}/start`, { message: JSON.stringify(each) }),
        ),
    );
  }
  await until(`${count} tasks are parked`, async () => {
    const waiting = await stand.query(
      "SELECT count(*) AS count FROM state WHERE service_name = 'cashier' AND key = 'head' " +
        `AND value_utf8 LIKE '%"status":"waiting-approval"%'`,
    );
    if (Number(waiting[0]?.["count"]) < count) return false;
    const open = await stand.openInvocations();
    return Object.keys(open).every((each) => each.endsWith(" suspended"));
  });
  return given.map(({ label }) => label);
}
