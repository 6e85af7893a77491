// Owns finding events over all tasks of a tenant by who did what and when, without an index: the tasks that
// may have such events are found by their heads, and their logs are read through the agents themselves,
// since a log may be sealed or kept outside of the server's tables.
import PQueue from "p-queue";
import { z } from "zod";
import { actorIdSchema, type EventsPage } from "../../contract/api.ts";
import { nameProblem, taskIdSchema } from "../../contract/ids.ts";
import type { AuditPage, FoundEvent } from "../../contract/oversight.ts";
import { idWithin, scopedKey } from "../../contract/tenant.ts";
import type { TaskEvent } from "../../contract/event.ts";
import type { RouteDeps } from "../route.ts";
import { scan } from "./list-tasks.ts";
import { behind, ownKeys, readCursor, sqlText, writeCursor } from "./page.ts";

const time = z.coerce.number().pipe(z.int().min(0));

export const auditQuerySchema = z.strictObject({
  /** Tasks that are read for one page. */
  tasks: z.coerce.number().pipe(z.int().min(1).max(50)).default(20),
  cursor: z.string().max(2048).optional(),
  /** The actor's id, exactly. */
  by: actorIdSchema.optional(),
  actor: z.enum(["user", "agent", "operator", "runtime"]).optional(),
  /** A type, or what types begin with, such as `approval.`. */
  type: z.string().min(1).max(64).optional(),
  /** When it happened, in milliseconds since the epoch. */
  after: time.optional(),
  before: time.optional(),
  agent: z
    .string()
    .refine((name) => nameProblem(name) === undefined, "must be an agent's name")
    .optional(),
  taskId: taskIdSchema.optional(),
});
export type AuditQuery = z.infer<typeof auditQuerySchema>;

/** Entries of one log that are read at most; who wants more of a task exports it. */
const MAX_READ = 5_000;
const AT_ONCE = 8;
const PAGE = 500;

export async function searchAudit(
  { query, runtime }: Pick<RouteDeps, "query" | "runtime">,
  tenant: string | undefined,
  filters: AuditQuery,
  signal: AbortSignal,
): Promise<AuditPage> {
  const rows = await query(scan(conditions(tenant, filters), filters.tasks + 1));
  const tasks = rows.slice(0, filters.tasks).map((row) => ({
    service: String(row["service_name"]),
    key: String(row["service_key"]),
    head: JSON.parse(String(row["value_utf8"])) as { readonly createdAt: number },
  }));
  const queue = new PQueue({ concurrency: AT_ONCE });
  const passes = filterOf(filters);
  const found = await queue.addAll(
    tasks.map(({ service, key }) => async (): Promise<readonly FoundEvent[]> => {
      const events = await readLog(runtime, { service, key }, signal);
      const task = { agent: service, taskId: idWithin(tenant, key) ?? key };
      return events.filter(passes).map((event) => ({ ...task, event }));
    }),
  );
  const page = { events: found.flat(), tasks: tasks.length };
  const last = rows.length > filters.tasks ? tasks.at(-1) : undefined;
  if (last === undefined) return page;
  const { service, key, head } = last;
  return { ...page, cursor: writeCursor({ at: head.createdAt, service, key }) };
}

function conditions(
  tenant: string | undefined,
  { cursor, agent, taskId, after, before }: AuditQuery,
): readonly string[] {
  return [
    ownKeys(tenant),
    behind(readCursor(cursor)),
    ...(agent === undefined ? [] : [`service_name = ${sqlText(agent)}`]),
    ...(taskId === undefined ? [] : [`service_key = ${sqlText(scopedKey(tenant, taskId))}`]),
    // What has not changed since then has no later entry; what was made later, no earlier one.
    ...(after === undefined ? [] : [`updated_at >= ${after}`]),
    ...(before === undefined ? [] : [`created_at < ${before}`]),
  ];
}

function filterOf({ by, actor, type, after, before }: AuditQuery): (event: TaskEvent) => boolean {
  return (event) =>
    (by === undefined || ("id" in event.actor && event.actor.id === by)) &&
    (actor === undefined || event.actor.kind === actor) &&
    (type === undefined || event.type === type || event.type.startsWith(type)) &&
    (after === undefined || event.at >= after) &&
    (before === undefined || event.at < before);
}

async function readLog(
  runtime: RouteDeps["runtime"],
  { service, key }: { readonly service: string; readonly key: string },
  signal: AbortSignal,
): Promise<readonly TaskEvent[]> {
  const events: TaskEvent[] = [];
  for (let after = -1; events.length < MAX_READ;) {
    const target = { service, key, handler: "events" };
    const page = await runtime.call<EventsPage>(target, { after, limit: PAGE }, { signal });
    events.push(...page.events);
    if (!page.more) break;
    after = page.cursor;
  }
  return events;
}
