// Owns telling the outside what became of a task, in apps that have somebody to tell. Who that is,
// the service looks up: a change of the app's endpoints must not change a segment's journal.
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { TaskEvent } from "../../contract/event.ts";
import { type Announcement, NOTIFICATION_SERVICE } from "../../contract/notification.ts";
import { announcementOf } from "../../core/notification/notification-of.ts";
import type { TaskHead } from "../../core/task-head.ts";
import { jsonOf } from "../../handler/json-serde.ts";

export function announce(ctx: ObjectContext, head: TaskHead, event: TaskEvent): void {
  const announcement = announcementOf(head, event);
  if (announcement === undefined) return;
  ctx.genericSend<Announcement>({
    service: NOTIFICATION_SERVICE,
    method: "announce",
    parameter: announcement,
    inputSerde: jsonOf(),
  });
}
