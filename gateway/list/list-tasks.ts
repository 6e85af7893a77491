// Owns the list of a tenant's tasks: which there are, how they stand, and the filters.
import { z } from "zod";
import { actorIdSchema } from "../../contract/api.ts";
import { nameProblem, taskIdSchema } from "../../contract/ids.ts";
import type { ListedTask, TaskList } from "../../contract/lists.ts";
import { taskStatusSchema } from "../../contract/status.ts";
import { idWithin, scopedKey } from "../../contract/tenant.ts";
import type { RouteDeps } from "../route.ts";
import { headsWith } from "./heads.ts";
import { behind, ownKeys, pageShape, readCursor, sqlText, writeCursor } from "./page.ts";

const statuses = z
  .string()
  .transform((text) => text.split(","))
  .pipe(z.array(taskStatusSchema).min(1));
const time = z.coerce.number().pipe(z.int().min(0));

export const agentQuery = z
  .string()
  .refine((name) => nameProblem(name) === undefined, "must be an agent's name")
  .optional();
export const ownerQuery = actorIdSchema.optional();

export const taskQuerySchema = z.strictObject({
  ...pageShape,
  /** One or more, with commas between. */
  status: statuses.optional(),
  agent: agentQuery,
  owner: ownerQuery,
  /** Of whatever agent. */
  taskId: taskIdSchema.optional(),
  /** What the id begins with. */
  taskIdPrefix: taskIdSchema.optional(),
  /** Only those that were found not to move. */
  stuck: z.literal("true").optional(),
  /** Milliseconds since the epoch. */
  createdAfter: time.optional(),
  updatedBefore: time.optional(),
});
export type TaskQuery = z.infer<typeof taskQuerySchema>;

export type StoredHead = Omit<ListedTask, "taskId" | "wakeAt"> & {
  readonly park?: { readonly wakeAt?: number };
};

export async function listTasks(
  query: RouteDeps["query"],
  tenant: string | undefined,
  { limit, cursor, ...filters }: TaskQuery,
): Promise<TaskList> {
  const where = [ownKeys(tenant), behind(readCursor(cursor)), ...conditions(tenant, filters)];
  const rows = await query(scan(where, limit + 1));
  const shown = rows.slice(0, limit).map((row) => ({
    service: String(row["service_name"]),
    key: String(row["service_key"]),
    head: JSON.parse(String(row["value_utf8"])) as StoredHead,
  }));
  const last = rows.length > limit ? shown.at(-1) : undefined;
  const tasks = shown.map(({ key, head }) => listed(idWithin(tenant, key) ?? key, head));
  if (last === undefined) return { tasks };
  const { service, key, head } = last;
  return { tasks, cursor: writeCursor({ at: head.createdAt, service, key }) };
}

/** The heads of tasks, and of nothing else. */
export function scan(where: readonly string[], limit: number): string {
  return `SELECT service_name, service_key, value_utf8 FROM ${headsWith("status", "owner", "updated_at", "stuck_at")}
  WHERE created_at IS NOT NULL AND ${where.join(" AND ")}
  ORDER BY created_at DESC NULLS LAST, service_name, service_key LIMIT ${limit}`;
}

function conditions(
  tenant: string | undefined,
  filters: Omit<TaskQuery, "limit" | "cursor">,
): readonly string[] {
  const { status, agent, owner, taskId, taskIdPrefix, stuck, createdAfter, updatedBefore } =
    filters;
  const key = (id: string) => sqlText(scopedKey(tenant, id));
  return [
    ...(status === undefined ? [] : [`status IN (${status.map(sqlText).join(", ")})`]),
    ...(agent === undefined ? [] : [`service_name = ${sqlText(agent)}`]),
    ...(owner === undefined ? [] : [`owner = ${sqlText(owner)}`]),
    ...(taskId === undefined ? [] : [`service_key = ${key(taskId)}`]),
    ...(taskIdPrefix === undefined ? [] : [`starts_with(service_key, ${key(taskIdPrefix)})`]),
    ...(stuck === undefined ? [] : ["stuck_at IS NOT NULL"]),
    ...(createdAfter === undefined ? [] : [`created_at > ${createdAfter}`]),
    ...(updatedBefore === undefined ? [] : [`updated_at < ${updatedBefore}`]),
  ];
}

export function listed(taskId: string, head: StoredHead): ListedTask {
  const { agent, taskUid, status, owner, createdAt, updatedAt, since, park, stuck } = head;
  const wakeAt = park?.wakeAt;
  return {
    agent,
    taskId,
    taskUid,
    status,
    ...(owner === undefined ? {} : { owner }),
    createdAt,
    updatedAt,
    ...(since === undefined ? {} : { since }),
    ...(wakeAt === undefined ? {} : { wakeAt }),
    ...(stuck === undefined ? {} : { stuck }),
  };
}
