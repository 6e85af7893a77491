// Owns asking the engine which calls of tools a stop is about, and how long their effects take
// (port TakeCensus). All times are the server's, so that no worker's clock counts.
import {
  SETTLES_METADATA,
  type StopScope,
  type TakeCensus,
  type ToolActivity,
} from "../../contract/stop.ts";
import { toolServiceName } from "../../contract/ids.ts";

export interface CensusPorts {
  /** Rows of a SQL query; columns that are null are absent. */
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** The services of every deployment that is registered, old ones included. */
  describeServices(): Promise<
    readonly { readonly name: string; readonly metadata: Readonly<Record<string, string>> }[]
  >;
}

/** Rejects when the admin API does not answer, so that the calling action is retried. */
export function createCensus(ports: CensusPorts): TakeCensus {
  return async (scope, since) => {
    const now = await serverTime(ports);
    const bounds = boundsOf(await ports.describeServices());
    const tools = new Map<string, ToolActivity>();
    for (const row of await ports.query(callsOf(scope, since ?? now))) {
      const activity = activityOf(row);
      // Reading changes nothing in the world.
      if (bounds.get(activity.tool) === "read") continue;
      tools.set(activity.tool, together(tools.get(activity.tool), activity));
    }
    return { now, tools: [...tools.values()].map((each) => withBound(each, bounds)) };
  };
}

const TOOL_PREFIX = toolServiceName("");
const NAME = /^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/;

async function serverTime({ query }: CensusPorts): Promise<number> {
  const [row] = await query("SELECT now() AS now");
  return timeOf(row?.["now"]);
}

/** The engine writes times as UTC, with or without saying so. */
function timeOf(value: unknown): number {
  // To the millisecond: what follows are finer digits.
  const time = Date.parse(`${String(value).slice(0, 23)}Z`);
  if (Number.isNaN(time)) throw new Error("Restate's admin API answered a time that is none");
  return time;
}

/**
 * Calls that change the world and were made up to `since`. Of an agent: those that its object
 * made, and those of which nobody knows who did. Of a model or a tenant: all, since the tables do
 * not tell, and later is the safe side.
 */
function callsOf({ kind, name }: StopScope, since: number): string {
  // The name is written into SQL. One that no tool or agent can have has no calls.
  const safe = NAME.test(name) ? name : "";
  const whose = {
    tool: `target_service_name = '${toolServiceName(safe)}'`,
    agent: `(invoked_by_service_name = '${safe}' OR invoked_by_service_name IS NULL)`,
    model: "TRUE",
    tenant: "TRUE",
  }[kind];
  return `SELECT target_service_name AS service,
      SUM(CASE WHEN status = 'completed' THEN 0 ELSE 1 END) AS open,
      MAX(completed_at) AS ended
    FROM sys_invocation
    WHERE target_service_name LIKE '${TOOL_PREFIX}%'
      AND target_handler_name IN ('execute', 'compensate')
      AND created_at <= to_timestamp_millis(${since}) AND ${whose}
    GROUP BY target_service_name`;
}

function activityOf(row: Readonly<Record<string, unknown>>): ToolActivity {
  const tool = String(row["service"]).slice(TOOL_PREFIX.length);
  const ended = row["ended"];
  return {
    tool,
    open: Number(row["open"]),
    ...(ended === undefined ? {} : { lastEndedAt: timeOf(ended) }),
  };
}

function together(one: ToolActivity | undefined, other: ToolActivity): ToolActivity {
  if (one === undefined) return other;
  const ends = [one.lastEndedAt, other.lastEndedAt].filter((each) => each !== undefined);
  return {
    tool: other.tool,
    open: one.open + other.open,
    ...(ends.length === 0 ? {} : { lastEndedAt: Math.max(...ends) }),
  };
}

/** The longest bound of any deployment, `read`, or nothing where one does not say. */
type Bounds = ReadonlyMap<string, number | "read" | undefined>;

function boundsOf(services: Awaited<ReturnType<CensusPorts["describeServices"]>>): Bounds {
  const bounds = new Map<string, number | "read" | undefined>();
  for (const { name, metadata } of services) {
    if (!name.startsWith(TOOL_PREFIX)) continue;
    const tool = name.slice(TOOL_PREFIX.length);
    const bound = metadata["effect"] === "read" ? "read" : boundIn(metadata);
    bounds.set(tool, bounds.has(tool) ? longer(bounds.get(tool), bound) : bound);
  }
  return bounds;
}

function boundIn(metadata: Readonly<Record<string, string>>): number | undefined {
  const bound = Number(metadata[SETTLES_METADATA]);
  return Number.isSafeInteger(bound) && bound > 0 ? bound : undefined;
}

function longer(
  one: number | "read" | undefined,
  other: number | "read" | undefined,
): number | "read" | undefined {
  if (one === "read") return other;
  if (other === "read") return one;
  return one === undefined || other === undefined ? undefined : Math.max(one, other);
}

function withBound(activity: ToolActivity, bounds: Bounds): ToolActivity {
  const bound = bounds.get(activity.tool);
  return typeof bound === "number" ? { ...activity, settlesWithinMs: bound } : activity;
}
