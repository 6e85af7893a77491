// Owns what is still pinned to a deployment that is to go: finding it, moving what may be moved,
// and saying of the rest why it has not moved.
import type { AdminClient } from "../../services/engine/admin.ts";

export interface Pinned {
  readonly id: string;
  readonly service: string;
  readonly key: string | undefined;
  readonly handler: string;
  readonly status: string;
  readonly failure: string | undefined;
}

/** Restate's code of "the deployment cannot be reached". */
const UNREACHABLE = "RT0010";
/** Calls of the admin API at a time. */
const AT_ONCE = 16;

export async function findPinned(
  admin: AdminClient,
  deployments: readonly string[],
): Promise<readonly Pinned[]> {
  const ids = deployments.map((id) => `'${id}'`).join(", ");
  const rows = await admin.query(
    `SELECT id, target_service_name AS service, target_service_key AS key,
       target_handler_name AS handler, status, last_failure_error_code AS failure
     FROM sys_invocation
     WHERE status != 'completed' AND pinned_deployment_id IN (${ids}) ORDER BY id`,
  );
  return rows.map((row) => ({
    id: String(row["id"]),
    service: String(row["service"]),
    key: textOf(row["key"]),
    handler: String(row["handler"]),
    status: String(row["status"]),
    failure: textOf(row["failure"]),
  }));
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Whether it may be moved: at once, or only after it was given time to end where it is. */
export function movable({ service, status, failure }: Pinned, waitedLong: boolean): boolean {
  switch (status) {
    case "suspended":
      // The runtime's own handlers keep the order of their steps over releases; a segment or a
      // tool may not, and mostly ends by itself within half a minute.
      return service.startsWith("holdfast.") || waitedLong;
    case "backing-off":
      return failure === UNREACHABLE || waitedLong;
    case "paused":
      return true;
    default:
      return false;
  }
}

/** Moves these to the latest deployment of their service. */
export async function move(admin: AdminClient, pinned: readonly Pinned[]): Promise<void> {
  const rest = [...pinned];
  const worker = async (): Promise<void> => {
    for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
      // Only what is paused, or sleeps, can be given another deployment.
      if (next.status === "backing-off") await admin.pauseInvocation(next.id);
      await admin.resumeInvocation(next.id, { deployment: "latest" });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const WHY: Readonly<Record<string, string>> = {
  running: "it is executing; SIGTERM lets the old worker end it at its next step",
  suspended: "it waits, and is moved when it has waited long enough",
  "backing-off": "it fails, and is tried again",
  paused: "it is paused, and could not be resumed",
};

/** `clerk/task-7/run running (inv_1...): it is executing; ...` */
export function describePinned({ id, service, key, handler, status, failure }: Pinned): string {
  const target = [service, ...(key === undefined ? [] : [key]), handler].join("/");
  const failed = failure === undefined ? "" : `, last failure ${failure}`;
  return `${target} ${status} (${id}): ${WHY[status] ?? "it is about to execute"}${failed}`;
}
