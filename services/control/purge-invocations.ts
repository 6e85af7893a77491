// Owns taking what the engine remembers of a task's ended handlers and calls out of it, by its admin API:
// their inputs, outcomes and journals are the task's content (R102).
import { APPROVAL_SERVICE } from "../../contract/approval.ts";
import { toolServiceName } from "../../contract/ids.ts";
import { invocationKeys } from "../../core/erasure/scrub.ts";

/** The part of the admin API that this takes. */
interface AdminPort {
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  purgeInvocation(id: string): Promise<unknown>;
}

/** Keys in one query. */
const AT_ONCE = 500;

export interface PurgePorts {
  /** Of tools, which keep what they answered for a while. All resolve to how many there were. */
  readonly purgeCalls: (operations: readonly string[]) => Promise<number>;
  readonly purgeApprovals: (approvals: readonly string[]) => Promise<number>;
  /** Of the task's own handlers. All are safe to repeat. */
  readonly purgeTask: (task: {
    readonly agent: string;
    readonly taskId: string;
  }) => Promise<number>;
}

export function createPurge(admin: AdminPort): PurgePorts {
  return {
    purgeCalls: (operations) => {
      const ofTools = `target_service_name LIKE '${toolServiceName("")}%'`;
      const keys = operations.flatMap(invocationKeys);
      return purgeAll(admin, keys, (some) => `${ofTools} AND idempotency_key IN (${some})`);
    },
    purgeApprovals: (approvals) => {
      const ofApprovals = `target_service_name = '${APPROVAL_SERVICE}'`;
      return purgeAll(
        admin,
        approvals,
        (some) => `${ofApprovals} AND target_service_key IN (${some})`,
      );
    },
    purgeTask: ({ agent, taskId }) =>
      purge(
        admin,
        `target_service_name = ${quoted(agent)} AND target_service_key = ${quoted(taskId)}`,
      ),
  };
}

async function purgeAll(
  admin: AdminPort,
  keys: readonly string[],
  which: (some: string) => string,
): Promise<number> {
  let purged = 0;
  for (let from = 0; from < keys.length; from += AT_ONCE) {
    const some = keys.slice(from, from + AT_ONCE).map(quoted);
    purged += await purge(admin, which(some.join(", ")));
  }
  return purged;
}

async function purge(admin: AdminPort, which: string): Promise<number> {
  const ended = await admin.query(
    `SELECT id FROM sys_invocation WHERE ${which} AND status = 'completed'`,
  );
  for (const { id } of ended) await admin.purgeInvocation(String(id));
  return ended.length;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
