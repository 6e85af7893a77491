// Owns finding tasks that may be stuck (R67), by one scan over the heads of all tasks. Each that is
// found is asked to look at itself: it decides, records and tells. So any number of workers may watch.
import type { Logger } from "pino";
import type { TaskStatus } from "../../contract/status.ts";
import { TASK_STATUSES } from "../../contract/status.ts";
import type { StuckBounds } from "../../contract/watch.ts";
import { STUCK_BOUNDS } from "../../contract/watch.ts";
import type { WatchRule } from "../../core/watch/status-care.ts";
import { STATUS_CARE } from "../../core/watch/status-care.ts";
import type { WatchedHead } from "../../core/watch/stuck.ts";
import { isSuspect } from "../../core/watch/stuck.ts";
import { apart } from "./apart.ts";
import { createWatch, type Watch } from "./watch.ts";

/** From when on a task counts as stuck, and how often that is looked for. */
export interface WatchOptions extends Partial<StuckBounds> {
  /** Milliseconds between two looks of one worker; default 30,000. */
  readonly everyMs?: number;
}

export interface WatchPorts {
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** The agent object's `flag`. */
  flag(
    task: { readonly agent: string; readonly taskId: string },
    bounds: StuckBounds,
  ): Promise<void>;
}

const DEFAULT_EVERY_MS = 30_000;

export function createWatchdog(
  ports: WatchPorts,
  logger: Logger,
  agents: readonly string[],
  { everyMs = DEFAULT_EVERY_MS, ...given }: WatchOptions = {},
): Watch {
  const bounds = { ...STUCK_BOUNDS, ...given };
  return createWatch(everyMs, async (now) => {
    if (agents.length === 0) return;
    for (const row of await ports.query(scan(agents, bounds, now))) {
      const task = { agent: String(row["service_name"]), taskId: String(row["service_key"]) };
      const ask = async (): Promise<void> => {
        const head = JSON.parse(String(row["value_utf8"])) as WatchedHead;
        if (isSuspect(head, bounds, now)) await ports.flag(task, bounds);
      };
      const fields = { agent: task.agent };
      await apart(logger, "a task could not be asked whether it is stuck", ask, fields);
    }
  });
}

/** The heads of all tasks that may be stuck at a time, and of few others. */
function scan(agents: readonly string[], bounds: StuckBounds, now: number): string {
  const names = agents.map((name) => `'${name}'`).join(", ");
  const at = (ms: number): string => String(now - ms);
  const progress = "COALESCE(progress_at, updated_at)";
  const late = `wake_at <= ${at(bounds.overdueMs)}`;
  const found = [
    `(${isOneOf("queued")} AND COALESCE(since, updated_at) <= ${at(bounds.queuedMs)})`,
    `(${isOneOf("working", "tool")} AND ${progress} <= ${at(bounds.stalledMs)})`,
    `(${isOneOf("retrying")} AND ${progress} <= ${at(bounds.retryingMs)})`,
    `(${isOneOf("tool", "parked", "retrying")} AND ${late})`,
    // When an approval expires is deeper in the head.
    `(status IN ('waiting-approval', 'stale') AND COALESCE(since, updated_at) <= ${at(bounds.overdueMs)})`,
  ];
  const escalates = `stuck_at <= ${at(bounds.escalateMs)} AND escalated_at IS NULL AND escalation IS NOT NULL`;
  return `SELECT service_name, service_key, value_utf8 FROM (
    SELECT service_name, service_key, value_utf8,
      json_as_text(value_utf8, 'status') AS status,
      json_as_text(value_utf8, 'escalation') AS escalation,
      json_get_int(value_utf8, 'updatedAt') AS updated_at,
      json_get_int(value_utf8, 'since') AS since,
      json_get_int(value_utf8, 'progressAt') AS progress_at,
      json_get_int(value_utf8, 'park', 'wakeAt') AS wake_at,
      json_get_int(value_utf8, 'stuck', 'at') AS stuck_at,
      json_get_int(value_utf8, 'stuck', 'escalated', 'at') AS escalated_at
    FROM state WHERE key = 'head' AND service_name IN (${names})
  ) WHERE (stuck_at IS NULL AND (${found.join(" OR ")})) OR (${escalates})`;
}

function isOneOf(...rules: readonly WatchRule[]): string {
  const statuses: readonly TaskStatus[] = TASK_STATUSES.filter((each) =>
    rules.includes(STATUS_CARE[each].watch),
  );
  return `status IN (${statuses.map((each) => `'${each}'`).join(", ")})`;
}
