// Owns which events of a task the outside is told of, and what it is told: facts without content.
import type { EventData, EventType, TaskEvent } from "../../contract/event.ts";
import { eventId } from "../../contract/event.ts";
import type {
  Announcement,
  Notification,
  NotificationEndpoint,
  NotificationType,
} from "../../contract/notification.ts";
import { NOTIFICATION_VERSION } from "../../contract/notification.ts";
import type { StuckKind } from "../../contract/watch.ts";
import type { TaskHead } from "../task-head.ts";

type Facts = Pick<
  Notification["data"],
  "code" | "reason" | "kind" | "escalation" | "approvalId" | "operationId" | "rung" | "deciders"
>;

/** What is announced of an event, if anything. `head` is as it is once the event was taken in. */
export function announcementOf(head: TaskHead, event: TaskEvent): Announcement | undefined {
  const told = toldOf<EventType>(head, event);
  if (told === undefined) return undefined;
  return announced(head, event, eventId(head.taskUid, event.seq), told);
}

/** That a task was found stuck; with `escalation`, to whom that is told since its owner did nothing. */
export function stuckNotice(
  head: TaskHead,
  kind: StuckKind,
  id: string,
  at: number,
  escalation?: string,
): Announcement {
  const { reason, nextSeq } = head;
  const facts = {
    kind,
    ...(reason === undefined ? {} : { reason }),
    ...(escalation === undefined ? {} : { escalation }),
  };
  return announced(head, { at, seq: nextSeq - 1 }, id, ["task.stuck", facts]);
}

function announced(
  head: TaskHead,
  { at, seq }: Pick<TaskEvent, "at" | "seq">,
  id: string,
  [type, facts]: NonNullable<Told>,
): Announcement {
  const { taskUid, taskId, agent, owner, tenant, status, turn } = head;
  return {
    v: NOTIFICATION_VERSION,
    id,
    notification: {
      type,
      at,
      data: {
        agent,
        taskId,
        taskUid,
        ...(owner === undefined ? {} : { owner }),
        ...(tenant === undefined ? {} : { tenant }),
        status,
        seq,
        turn: turn.number,
        ...facts,
      },
    },
  };
}

type Told = readonly [NotificationType, Facts] | undefined;

/** By the type of the event. */
const TOLD: {
  readonly [T in EventType]?: (
    data: EventData[T],
    head: TaskHead,
    event: Pick<TaskEvent, "seq">,
  ) => Told;
} = {
  // Not where the task goes on with the next message at once, or ends.
  "turn.completed": (_, { status }) => (status === "idle" ? ["task.idle", {}] : undefined),
  "turn.failed": ({ code }) => ["task.failed", { code }],
  "task.completed": () => ["task.completed", {}],
  "task.cancelled": () => ["task.cancelled", {}],
  "task.killed": () => ["task.killed", {}],
  "task.retired": () => ["task.retired", {}],
  "approval.opened": ({ approvalId, operationId }) => [
    "approval.wanted",
    { approvalId, operationId },
  ],
  "approval.reminded": ({ approvalId, operationId, rung }) => [
    "approval.reminded",
    { approvalId, operationId, rung },
  ],
  "approval.escalated": ({ approvalId, operationId, rung, to }) => [
    "approval.escalated",
    { approvalId, operationId, rung, deciders: to },
  ],
  "approval.expired": ({ approvalId, operationId }) => [
    "approval.expired",
    { approvalId, operationId },
  ],
  // Once, however often it parks again.
  "review.noticed": noticed,
  "extension.noticed": noticed,
  "task.parked": ({ status, reason }, { stuck }, { seq }) =>
    status === "needs-operator" && stuck?.seq === seq
      ? ["task.stuck", { reason, kind: "needs-operator" }]
      : undefined,
};

/** Of a request whose notices the log keeps as they are. */
function noticed({ approvalId, notice }: EventData["review.noticed"]): Told {
  if (notice.type === "opened") return ["approval.wanted", { approvalId }];
  if (notice.type === "expired") return ["approval.expired", { approvalId }];
  if (notice.type === "reminded") return ["approval.reminded", { approvalId, rung: notice.rung }];
  if (notice.type !== "escalated") return undefined;
  return ["approval.escalated", { approvalId, rung: notice.rung, deciders: notice.to }];
}

function toldOf<T extends EventType>(
  head: TaskHead,
  event: { readonly type: T; readonly data: EventData[T]; readonly seq: number },
): Told {
  return TOLD[event.type]?.(event.data, head, event);
}

/** The names of those who want it. */
export function endpointsFor(
  { type, data }: Notification,
  endpoints: readonly NotificationEndpoint[],
): readonly string[] {
  return endpoints
    .filter(
      ({ events, tenant }) => events.includes(type) && (tenant ?? data.tenant) === data.tenant,
    )
    .map(({ name }) => name);
}
