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
import type { TaskHead } from "../task-head.ts";

type Facts = Pick<Notification["data"], "code" | "reason" | "approvalId" | "operationId">;

/** What is announced of an event, if anything. `head` is as it is once the event was taken in. */
export function announcementOf(head: TaskHead, event: TaskEvent): Announcement | undefined {
  const told = toldOf<EventType>(head, event);
  if (told === undefined) return undefined;
  const { taskUid, taskId, agent, owner, tenant, status } = head;
  const [type, facts] = told;
  return {
    v: NOTIFICATION_VERSION,
    id: eventId(taskUid, event.seq),
    notification: {
      type,
      at: event.at,
      data: {
        agent,
        taskId,
        taskUid,
        ...(owner === undefined ? {} : { owner }),
        ...(tenant === undefined ? {} : { tenant }),
        status,
        seq: event.seq,
        turn: head.turn.number,
        ...facts,
      },
    },
  };
}

type Told = readonly [NotificationType, Facts] | undefined;

/** By the type of the event. */
const TOLD: {
  readonly [T in EventType]?: (data: EventData[T], head: TaskHead) => Told;
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
  "task.parked": ({ status, reason }) =>
    status === "needs-operator" ? ["task.stuck", { reason }] : undefined,
};

function toldOf<T extends EventType>(
  head: TaskHead,
  event: { readonly type: T; readonly data: EventData[T] },
): Told {
  return TOLD[event.type]?.(event.data, head);
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
