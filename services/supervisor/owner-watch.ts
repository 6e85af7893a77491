// Owns noticing that the owner of a task is nobody any more (R68): now and then each owner that tasks
// have is looked up once, and the tasks of one who is gone are asked to look themselves. They decide
// and record, so any number of workers may watch.
import type { Logger } from "pino";
import { hasEnded, TASK_STATUSES } from "../../contract/status.ts";
import { apart } from "./apart.ts";
import { createWatch, type Watch } from "./watch.ts";

export interface OwnerWatchPorts {
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Undefined for nobody. Rejects when that cannot be told. */
  resolve(owner: string): Promise<unknown>;
  /** The agent object's `succeed`. */
  succeed(task: {
    readonly agent: string;
    readonly taskId: string;
  }): Promise<{ readonly result: string }>;
}

const DEFAULT_EVERY_MS = 60_000;

export function createOwnerWatch(
  ports: OwnerWatchPorts,
  logger: Logger,
  agents: readonly string[],
  everyMs = DEFAULT_EVERY_MS,
): Watch {
  return createWatch(everyMs, async () => {
    if (agents.length === 0) return;
    const owners = await ports.query(`SELECT DISTINCT owner FROM (${tasksOf(agents)})`);
    for (const { owner } of owners) {
      if ((await ports.resolve(String(owner))) === undefined)
        await succeedAll(ports, logger, agents, String(owner));
    }
  });
}

async function succeedAll(
  ports: OwnerWatchPorts,
  logger: Logger,
  agents: readonly string[],
  owner: string,
): Promise<void> {
  const named = owner.replaceAll("'", "''");
  const tasks = await ports.query(`SELECT * FROM (${tasksOf(agents)}) WHERE owner = '${named}'`);
  for (const row of tasks) {
    const agent = String(row["service_name"]);
    const ask = async (): Promise<void> => {
      const { result } = await ports.succeed({ agent, taskId: String(row["service_key"]) });
      if (result !== "nobody") return;
      const words = "a task has an owner who is nobody, and no escalation owner; transfer it";
      logger.warn({ agent }, words);
    };
    await apart(logger, "a task could not be asked about its owner", ask, { agent });
  }
}

/** The tasks that have an owner and have not ended. */
function tasksOf(agents: readonly string[]): string {
  const names = agents.map((name) => `'${name}'`).join(", ");
  const ends = TASK_STATUSES.filter(hasEnded).map((each) => `'${each}'`);
  return `SELECT service_name, service_key, owner FROM (
    SELECT service_name, service_key, json_as_text(value_utf8, 'owner') AS owner,
      json_as_text(value_utf8, 'status') AS status
    FROM state WHERE key = 'head' AND service_name IN (${names})
  ) WHERE owner IS NOT NULL AND status NOT IN (${ends.join(", ")})`;
}
