// Owns bringing those on for which the engine had no place, as soon as it has room again: their own
// pauses were made for a crowd, and outlast it (docs/decisions/0016-places.md). A hint only: whoever is
// not brought on here comes back when the pause is over.
import type { Logger } from "pino";
import { ENGINE_BUSY } from "../../contract/engine-busy.ts";
import { apart } from "./apart.ts";
import type { SupervisorPorts } from "./supervisor-ports.ts";
import type { Watch } from "./watch.ts";

/** Invocations that wait for a place or began to run a moment ago, above which there is no room for more. */
const CROWD = 64;
/** Tasks that are brought on in one look: the first one, and the bounds of what it grows and shrinks to. */
const BATCH = { first: 50, least: 10, most: 400 };
/** Milliseconds until the next look after one that found nobody; a look is a scan over all heads. */
const IDLE_MS = 30_000;
const REASON = "the engine has places again";

type Ports = Pick<SupervisorPorts, "query" | "recover">;

/** Looks at each call while tasks wait for a place, and else at most once in 30 s. */
export function createAdmission(
  ports: Ports,
  logger: Logger,
  agents: readonly string[],
  clock: () => number = Date.now,
): Watch {
  let nextAt = 0;
  let batch = BATCH.first;
  return {
    async look() {
      if (agents.length === 0 || clock() < nextAt) return;
      const waiting = await turnedAway(ports, agents, batch);
      if (waiting.length === 0) {
        nextAt = clock() + IDLE_MS;
        batch = BATCH.first;
        return;
      }
      if (!(await hasRoom(ports))) {
        batch = Math.max(BATCH.least, Math.floor(batch / 2));
        return;
      }
      logger.info({ tasks: waiting.length }, "bringing on tasks for which there was no place");
      for (const task of waiting) {
        const bring = () => ports.recover(task, { reason: REASON, park: false });
        await apart(logger, "a task could not be brought on; its pause will end", bring);
      }
      // What was brought on before has gone through.
      batch = Math.min(BATCH.most, batch * 2);
    },
  };
}

/** The oldest first. */
async function turnedAway(
  { query }: Ports,
  agents: readonly string[],
  limit: number,
): Promise<readonly { readonly agent: string; readonly taskId: string }[]> {
  const names = agents.map((name) => `'${name}'`).join(", ");
  const rows = await query(
    `SELECT service_name, service_key FROM (
       SELECT service_name, service_key,
         json_as_text(value_utf8, 'reason') AS reason,
         json_get_int(value_utf8, 'updatedAt') AS updated_at,
         json_get_int(value_utf8, 'park', 'wakeAt') AS wake_at
       FROM state WHERE key = 'head' AND service_name IN (${names}) AND value_utf8 LIKE '%busy%'
     ) WHERE wake_at IS NOT NULL AND (reason = '${ENGINE_BUSY}' OR starts_with(reason, 'busy: '))
     ORDER BY updated_at LIMIT ${limit}`,
  );
  return rows.map((row) => ({
    agent: String(row["service_name"]),
    taskId: String(row["service_key"]),
  }));
}

/** A tool that is at work for minutes is no crowd, and a crowd of those shows in who is `ready`. */
async function hasRoom({ query }: Ports): Promise<boolean> {
  const [row] = await query(
    `SELECT count(1) AS held FROM sys_invocation WHERE status = 'ready'
     OR (status = 'running' AND running_at > now() - INTERVAL '1 minute')`,
  );
  return Number(row?.["held"]) <= CROWD;
}
