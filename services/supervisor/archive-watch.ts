// Owns finding the tasks whose logs may leave the state, by one scan over the heads (decision 0022). Each
// that is found is asked: it decides and moves. So any number of workers may watch, and a task that is
// older than this is found like any other.
import type { Logger } from "pino";
import PQueue from "p-queue";
import type { Archived, ArchiveOptions } from "../../contract/archive.ts";
import { hasEnded, TASK_STATUSES } from "../../contract/status.ts";
import { MIN_VOLUME_ENTRIES } from "../../core/archive/at-rest.ts";
import { apart } from "./apart.ts";
import { createWatch, type Watch } from "./watch.ts";

export interface ArchivePorts {
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** The agent object's `archive`. */
  archive(task: { readonly agent: string; readonly taskId: string }): Promise<Archived>;
}

const DEFAULT_AFTER_MS = 10 * 60_000;
const DEFAULT_EVERY_MS = 10_000;
/** Tasks of one look: what else is looked after waits for it. */
const AT_A_LOOK = 200;
const SIDE_BY_SIDE = 4;

export function createArchiveWatch(
  ports: ArchivePorts,
  logger: Logger,
  agents: readonly string[],
  { afterMs = DEFAULT_AFTER_MS, everyMs = DEFAULT_EVERY_MS }: ArchiveOptions = {},
): Watch {
  return createWatch(everyMs, async (now) => {
    if (agents.length === 0) return;
    const rows = await ports.query(scan(agents, now - afterMs));
    const queue = new PQueue({ concurrency: SIDE_BY_SIDE });
    await queue.addAll(
      rows.map((row) => async () => {
        const task = { agent: String(row["service_name"]), taskId: String(row["service_key"]) };
        const move = async (): Promise<void> => {
          while ((await ports.archive(task)).more);
        };
        await apart(logger, "a task's log could not be archived", move, { agent: task.agent });
      }),
    );
  });
}

/** As `archivable` has it, of tasks that were changed last before this time. */
function scan(agents: readonly string[], before: number): string {
  const names = agents.map((name) => `'${name}'`).join(", ");
  const ends = TASK_STATUSES.filter(hasEnded).map((each) => `'${each}'`);
  return `SELECT service_name, service_key FROM (
    SELECT service_name, service_key,
      json_as_text(value_utf8, 'status') AS status,
      json_get_int(value_utf8, 'updatedAt') AS updated_at,
      json_get_int(value_utf8, 'nextSeq')
        - COALESCE(json_get_int(value_utf8, 'archived', 'entries'), 0) AS entries
    FROM state WHERE key = 'head' AND service_name IN (${names})
      AND value_utf8 NOT LIKE '%"open":true,"queued"%' AND value_utf8 NOT LIKE '%"queued":true%'
  ) WHERE updated_at <= ${before}
    AND (entries >= ${MIN_VOLUME_ENTRIES} OR (entries > 0 AND status IN (${ends.join(", ")})))
  LIMIT ${AT_A_LOOK}`;
}
