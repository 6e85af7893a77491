// Owns ending what a task has running, through the engine's admin API: its segment, with the calls
// that hang on it, and calls of tools that a parked task has left running.
import { SEGMENT_HANDLERS } from "../../contract/command.ts";
import { sha256 } from "../../core/digest.ts";
import { toolServiceName } from "../../contract/ids.ts";

/** What waits for its turn is among them: it would be next. A timer is not. */
const SEGMENTS = SEGMENT_HANDLERS.map(quoted).join(", ");

/** The part of the admin API that this takes. */
interface AdminPort {
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  killInvocation(id: string): Promise<unknown>;
}

/** What is to be ended. */
export interface Running {
  readonly agent: string;
  readonly taskId: string;
  /** Operations that may be in flight. */
  readonly operations: readonly string[];
}

/** Safe to repeat. Resolves to how many there were; rejects when the admin API does not answer. */
export type EndInvocations = (running: Running) => Promise<number>;

export function createEndInvocations(admin: AdminPort): EndInvocations {
  return async ({ agent, taskId, operations }) => {
    const segments = await admin.query(
      `SELECT id FROM sys_invocation WHERE target_service_name = ${quoted(agent)}
       AND target_service_key = ${quoted(taskId)} AND target_handler_name IN (${SEGMENTS})
       AND status NOT IN ('completed', 'scheduled')`,
    );
    const calls = operations.length === 0 ? [] : await admin.query(callsOf(operations));
    for (const { id } of [...segments, ...calls]) await admin.killInvocation(String(id));
    return segments.length + calls.length;
  };
}

/** A tool's invocation has the operation's key. */
function callsOf(operations: readonly string[]): string {
  const keys = operations.map((id) => quoted(sha256(id))).join(", ");
  return `SELECT id FROM sys_invocation WHERE idempotency_key IN (${keys})
    AND target_service_name LIKE '${toolServiceName("")}%' AND status != 'completed'`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
