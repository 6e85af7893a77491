// Owns noticing that the owner of a task is nobody any more (R68): now and then each owner that tasks
// have is looked up once, and the tasks of one who is gone are asked to look themselves. They decide
// and record, so any number of workers may watch.
import type { Logger } from "pino";
import { hasEnded, TASK_STATUSES } from "../../contract/status.ts";

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

export interface OwnerWatch {
  /** Looks, unless it did a moment ago. Rejects when the engine or the directory cannot be asked. */
  look(): Promise<void>;
}

const DEFAULT_EVERY_MS = 60_000;

export function createOwnerWatch(
  ports: OwnerWatchPorts,
  logger: Logger,
  agents: readonly string[],
  everyMs = DEFAULT_EVERY_MS,
): OwnerWatch {
  let nextAt = 0;
  return {
    async look() {
      const now = Date.now();
      if (agents.length === 0 || now < nextAt) return;
      nextAt = now + everyMs;
      const owners = await ports.query(`SELECT DISTINCT owner FROM (${tasksOf(agents)})`);
      for (const { owner } of owners) {
        if ((await ports.resolve(String(owner))) === undefined)
          await succeedAll(ports, logger, agents, String(owner));
      }
    },
  };
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
    try {
      const { result } = await ports.succeed({ agent, taskId: String(row["service_key"]) });
      if (result === "nobody")
        logger.warn(
          { agent },
          "a task has an owner who is nobody, and no escalation owner; transfer it",
        );
    } catch (error) {
      // One that cannot be asked must not keep others; the next look tries again.
      const said = error instanceof Error ? error.message : "unknown";
      logger.warn({ agent, said }, "a task could not be asked about its owner");
    }
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
