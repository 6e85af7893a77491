// Owns what the engine says of one task, by its admin API: whether anybody serves its agent, what its
// segment and its calls of tools are doing, and its stored head for when nobody answers.
import { toolServiceName } from "../../contract/ids.ts";
import type { EngineCall, EngineView } from "../../contract/explanation.ts";
import { sha256 } from "../../core/digest.ts";
import type { TaskHead } from "../../core/task-head.ts";
import { upcastHead } from "../../core/task-head.ts";
import { newHead } from "../../core/transition/message.ts";

type Row = Readonly<Record<string, unknown>>;

/** The part of the admin API that this takes. */
interface AdminPort {
  query(sql: string): Promise<readonly Row[]>;
  killInvocation(id: string): Promise<unknown>;
}

interface TaskName {
  readonly agent: string;
  readonly taskId: string;
}

/** Every method rejects when the admin API does not answer. */
export interface EnginePort {
  view(task: TaskName, operations: readonly string[]): Promise<Omit<EngineView, "answers">>;
  /** As it was stored last; under encryption what of it stays readable. Undefined: no such task. */
  storedHead(task: TaskName): Promise<TaskHead | undefined>;
  /** Ends a read that nobody answers. */
  abandon(invocationId: string): Promise<unknown>;
}

/** Characters of a failure that are shown. */
const FAILURE_LENGTH = 300;
const COLUMNS = `id, target_service_name AS service, target_handler_name AS handler, status,
  idempotency_key, retry_count, last_failure,
  CAST(to_timestamp_millis(created_at) AS BIGINT) AS created,
  CAST(to_timestamp_millis(next_retry_at) AS BIGINT) AS next_retry`;

export function createEnginePort(admin: AdminPort): EnginePort {
  return {
    async view(task, operations) {
      const [services, own, calls] = await Promise.all([
        admin.query(`SELECT name FROM sys_service WHERE name = ${quoted(task.agent)}`),
        admin.query(ownOf(task)),
        operations.length === 0 ? [] : admin.query(callsOf(operations)),
      ]);
      const segment = own.find(isSegment);
      const byKey = new Map(operations.map((id) => [sha256(id), id]));
      return {
        registered: services.length > 0,
        ...(segment === undefined ? {} : { segment: await callIn(admin, segment) }),
        tools: await Promise.all(
          calls.map(async (row) => {
            const operationId = byKey.get(String(row["idempotency_key"]));
            const call = await callIn(admin, row);
            return operationId === undefined ? call : { ...call, operationId };
          }),
        ),
        waitingCommands: own.filter((row) => !isSegment(row) && row["handler"] !== "run").length,
      };
    },
    async storedHead({ agent, taskId }) {
      const [row] = await admin.query(
        `SELECT value_utf8 FROM state WHERE service_name = ${quoted(agent)}
         AND service_key = ${quoted(taskId)} AND key = 'head'`,
      );
      return row === undefined ? undefined : headIn(String(row["value_utf8"]));
    },
    abandon: (invocationId) => admin.killInvocation(invocationId),
  };
}

/** A `wake` that waits for its turn is something that a segment keeps waiting. */
function isSegment({ handler, status }: Row): boolean {
  return handler === "run" || handler === "begin" || (handler === "wake" && status !== "pending");
}

function ownOf({ agent, taskId }: TaskName): string {
  return `SELECT ${COLUMNS} FROM sys_invocation WHERE target_service_name = ${quoted(agent)}
    AND target_service_key = ${quoted(taskId)} AND status NOT IN ('completed', 'scheduled')
    AND target_handler_name IN ('run', 'begin', 'apply', 'wake') ORDER BY created_at`;
}

/** A tool's invocation has the operation's key. */
function callsOf(operations: readonly string[]): string {
  const keys = operations.map((id) => quoted(sha256(id))).join(", ");
  return `SELECT ${COLUMNS} FROM sys_invocation WHERE idempotency_key IN (${keys})
    AND target_service_name LIKE '${toolServiceName("")}%' AND status != 'completed'`;
}

async function callIn(admin: AdminPort, row: Row): Promise<EngineCall> {
  const status = String(row["status"]);
  const id = String(row["id"]);
  const said = status === "paused" ? await lastFailure(admin, id) : row["last_failure"];
  const attempts = Number(row["retry_count"] ?? 0);
  return {
    invocationId: id,
    target: `${String(row["service"])}/${String(row["handler"])}`,
    status,
    since: Number(row["created"]),
    ...(attempts === 0 ? {} : { attempts }),
    ...(row["next_retry"] === undefined ? {} : { nextRetryAt: Number(row["next_retry"]) }),
    ...(typeof said === "string" ? { failure: said.slice(0, FAILURE_LENGTH) } : {}),
  };
}

/** Of a paused invocation it is in its events only (ENGINE 2.4). */
async function lastFailure(admin: AdminPort, id: string): Promise<unknown> {
  const [row] = await admin.query(
    `SELECT json_get_str(event_json, 'message') AS message FROM sys_journal_events
     WHERE id = '${id}' AND event_type = 'TransientError' ORDER BY appended_at DESC LIMIT 1`,
  );
  return row?.["message"];
}

/** A sealed head has what of it stays readable; the rest is as if it had just been made. */
function headIn(text: string): TaskHead | undefined {
  const stored = JSON.parse(text) as TaskHead;
  const head = upcastHead(stored);
  if ("newer" in head) return undefined;
  const { createdAt: at, taskUid, taskId, agent, agentVersion, hold } = head;
  const unsealed = { from: "running", reason: "for a reason that is sealed" } as const;
  return {
    ...newHead({ taskUid, taskId, agent, agentVersion, inputDigest: "", at }),
    ...head,
    ...(hold === undefined ? {} : { hold: { ...unsealed, ...hold } }),
  };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
