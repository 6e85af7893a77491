// Owns finding tasks of which something is due by retention, by one scan over the heads (decision 0022). Each
// that is found is asked for by the control service, which has the task decide. So any number of workers
// may watch, and there is no timer that could be left over or lost.
import type { Logger } from "pino";
import type { ExpireResult, RetentionSettings } from "../../contract/retention.ts";
import { hasEnded, TASK_STATUSES } from "../../contract/status.ts";
import { apart } from "./apart.ts";
import { createWatch, type Watch } from "./watch.ts";

export interface RetentionPorts {
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** `expire` of the control service. */
  expire(task: { readonly agent: string; readonly taskId: string }): Promise<ExpireResult>;
}

const DEFAULT_EVERY_MS = 60_000;
/** Tasks of one look: what else is looked after waits for it. */
const AT_A_LOOK = 100;

export function createRetentionWatch(
  ports: RetentionPorts,
  logger: Logger,
  agents: readonly string[],
  settings: RetentionSettings,
): Watch {
  const { everyMs = DEFAULT_EVERY_MS } = settings;
  // The next look goes on behind the last task of this one: some may have nothing that can be erased.
  let after = 0;
  return createWatch(everyMs, async (now) => {
    const due = agents.flatMap((agent) => dueOf(agent, settings, now));
    if (due.length === 0) return;
    const rows = await ports.query(scan(due, after));
    after = rows.length < AT_A_LOOK ? 0 : Number(rows.at(-1)?.["ended_at"]);
    for (const row of rows) {
      const task = { agent: String(row["service_name"]), taskId: String(row["service_key"]) };
      const fields = { agent: task.agent };
      await apart(
        logger,
        "a task's retention could not be seen to",
        () => ports.expire(task),
        fields,
      );
    }
  });
}

/** In SQL: tasks of the agent of which something may be due. */
function dueOf(agent: string, settings: RetentionSettings, now: number): readonly string[] {
  const name = settings.agents?.[agent] ?? settings.otherwise;
  const { contentMs, recordMs } = (name === undefined ? undefined : settings.classes[name]) ?? {};
  const found = [
    ...(contentMs === undefined ? [] : [`(ended_at <= ${now - contentMs} AND erased_at IS NULL)`]),
    ...(recordMs === undefined ? [] : [`ended_at <= ${now - recordMs}`]),
  ];
  return found.length === 0 ? [] : [`(service_name = '${agent}' AND (${found.join(" OR ")}))`];
}

function scan(due: readonly string[], after: number): string {
  const ends = TASK_STATUSES.filter(hasEnded).map((each) => `'${each}'`);
  return `SELECT service_name, service_key, ended_at FROM (
    SELECT service_name, service_key,
      json_as_text(value_utf8, 'status') AS status,
      COALESCE(json_get_int(value_utf8, 'since'), json_get_int(value_utf8, 'updatedAt')) AS ended_at,
      json_get_int(value_utf8, 'erased', 'at') AS erased_at,
      json_get_int(value_utf8, 'preserved', 'at') AS preserved_at
    FROM state WHERE key = 'head'
  ) WHERE status IN (${ends.join(", ")}) AND preserved_at IS NULL AND ended_at > ${after}
    AND (${due.join(" OR ")})
  ORDER BY ended_at LIMIT ${AT_A_LOOK}`;
}
