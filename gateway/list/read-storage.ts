// Owns the storage that a tenant's tasks take: read by SQL, of their rows by the lengths alone, since reading
// the values takes many times as long, and of their heads, which know what is in the artifact store.
import type {
  AgentStorage,
  LargestTasks,
  StorageUse,
  StorageView,
  TaskStorage,
} from "../../contract/storage.ts";
import { idWithin } from "../../contract/tenant.ts";
import { problem } from "../problem.ts";
import type { RouteDeps } from "../route.ts";
import { ownKeys, sqlText } from "./page.ts";

type Query = RouteDeps["query"];
type Row = Awaited<ReturnType<Query>>[number];

const LARGEST = 20;
const OF_AGENTS = "NOT starts_with(service_name, 'holdfast.')";
const ROWS = "count(*) AS state_rows, sum(key_length + value_length) AS state_bytes";
const ELSEWHERE = `sum(json_get_int(value_utf8, 'archived', 'bytes')) AS archive_bytes,
  sum(json_get_int(value_utf8, 'artifacts', 'count')) AS artifacts,
  sum(json_get_int(value_utf8, 'artifacts', 'bytes')) AS artifact_bytes`;

export async function readStorage(query: Query, tenant: string | undefined): Promise<StorageView> {
  const where = `${ownKeys(tenant)} AND ${OF_AGENTS}`;
  const rows = await query(`SELECT service_name, ${ROWS},
      sum(CASE WHEN key = 'head' THEN 1 ELSE 0 END) AS tasks
    FROM state WHERE ${where} GROUP BY service_name ORDER BY service_name`);
  const heads = await query(
    `SELECT service_name, ${ELSEWHERE} FROM state WHERE key = 'head' AND ${where} GROUP BY service_name`,
  );
  const elsewhere = new Map(heads.map((row) => [String(row["service_name"]), row]));
  const agents = rows.flatMap((row): readonly AgentStorage[] => {
    const agent = String(row["service_name"]);
    const tasks = Number(row["tasks"]);
    return tasks === 0 ? [] : [{ agent, tasks, ...used({ ...elsewhere.get(agent), ...row }) }];
  });
  const sum = (name: keyof Omit<AgentStorage, "agent">): number =>
    agents.reduce((all, each) => all + each[name], 0);
  return {
    tasks: sum("tasks"),
    stateRows: sum("stateRows"),
    stateBytes: sum("stateBytes"),
    archiveBytes: sum("archiveBytes"),
    artifacts: sum("artifacts"),
    artifactBytes: sum("artifactBytes"),
    agents,
  };
}

export async function largestTasks(
  query: Query,
  tenant: string | undefined,
): Promise<LargestTasks> {
  const where = `${ownKeys(tenant)} AND ${OF_AGENTS}`;
  return { tasks: await storageOf(query, { tenant, where, limit: LARGEST }) };
}

/** Fails with 404 for a task that the tenant does not have. */
export async function readTaskStorage(
  query: Query,
  tenant: string | undefined,
  { agent, key }: { readonly agent: string; readonly key: string },
): Promise<TaskStorage> {
  const named = `service_name = ${sqlText(agent)} AND service_key = ${sqlText(key)}`;
  const where = `${ownKeys(tenant)} AND ${OF_AGENTS} AND ${named}`;
  const [task] = await storageOf(query, { tenant, where, limit: 1 });
  if (task !== undefined) return task;
  throw problem("task_not_found", "this agent has no task with this id; make it with start");
}

interface Sought {
  readonly tenant: string | undefined;
  readonly where: string;
  readonly limit: number;
}

/** Those that take most in the state, the largest first. */
async function storageOf(
  query: Query,
  { tenant, where, limit }: Sought,
): Promise<readonly TaskStorage[]> {
  const rows = await query(`SELECT service_name, service_key, ${ROWS} FROM state WHERE ${where}
    GROUP BY service_name, service_key
    HAVING sum(CASE WHEN key = 'head' THEN 1 ELSE 0 END) > 0
    ORDER BY state_bytes DESC, service_name, service_key LIMIT ${limit}`);
  if (rows.length === 0) return [];
  const keys = rows.map((row) => sqlText(String(row["service_key"])));
  const heads = await query(`SELECT service_name, service_key, ${ELSEWHERE} FROM state
    WHERE key = 'head' AND ${where} AND service_key IN (${keys.join(", ")})
    GROUP BY service_name, service_key`);
  const elsewhere = new Map(heads.map((row) => [nameOf(row), row]));
  return rows.map((row) => {
    const key = String(row["service_key"]);
    const taskId = idWithin(tenant, key) ?? key;
    return {
      agent: String(row["service_name"]),
      taskId,
      ...used({ ...elsewhere.get(nameOf(row)), ...row }),
    };
  });
}

function nameOf(row: Row): string {
  return `${String(row["service_name"])}/${String(row["service_key"])}`;
}

/** What is absent is the sum of none. */
function used(row: Row): StorageUse {
  const of = (column: string): number => Number(row[column] ?? 0);
  return {
    stateRows: of("state_rows"),
    stateBytes: of("state_bytes"),
    archiveBytes: of("archive_bytes"),
    artifacts: of("artifacts"),
    artifactBytes: of("artifact_bytes"),
  };
}
