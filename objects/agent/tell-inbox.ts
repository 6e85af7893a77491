// Owns what is sent to the inbox of an address: that the task waits for an event there, and that it
// does not any more. Both may be sent again (L15). When they are is subscriptions.ts's to say.
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { EventData } from "../../contract/event.ts";
import type { Subscribe, Unsubscribe } from "../../contract/inbox.ts";
import { INBOX_SERVICE, INBOX_VERSION, inboxKey } from "../../contract/inbox.ts";
import type { EventTerms } from "../../contract/wait.ts";
import type { TaskHead } from "../../core/task-head.ts";
import type { EndedSubscription } from "../../core/wait/wait-terms.ts";
import { jsonOf } from "../../handler/json-serde.ts";

/** Of a wait that was just opened; nothing where it is for no event. */
export function subscribe(
  ctx: ObjectContext,
  head: TaskHead,
  { operationId, wait }: Pick<EventData["wait.opened"], "operationId" | "wait">,
): void {
  if (wait.kind !== "event") return;
  const { agent, taskId } = head;
  const until = wait.deadlineAt;
  const subscription: Subscribe = { v: INBOX_VERSION, agent, taskId, operationId, until };
  send(ctx, head, wait, "subscribe", subscription);
}

export function unsubscribe(
  ctx: ObjectContext,
  head: TaskHead,
  { operationId, asks }: Pick<EndedSubscription, "operationId" | "asks">,
  address: EventTerms,
): void {
  const { agent, taskId } = head;
  const answer = asks === undefined ? {} : { answerTo: { agent, taskId } };
  const ended: Unsubscribe = { v: INBOX_VERSION, operationId, ...answer };
  send(ctx, head, address, "unsubscribe", ended);
}

function send<T>(
  ctx: ObjectContext,
  { tenant }: TaskHead,
  { topic, key }: EventTerms,
  method: "subscribe" | "unsubscribe",
  parameter: T,
): void {
  ctx.genericSend<T>({
    service: INBOX_SERVICE,
    key: inboxKey(tenant, topic, key),
    method,
    parameter,
    inputSerde: jsonOf(),
  });
}
