// Owns one attempt to deliver a notification: its secret, its signature, one request. Runs inside
// an action, so that the secret reaches no journal (L9); its retries are the service's (L12).
import { Webhook } from "standardwebhooks";
import type { ResolveCredential } from "../../contract/effect-port.ts";
import {
  type Delivery,
  type DeliveryOutcome,
  NOTIFICATION_SERVICE,
  type NotificationBody,
  type NotificationEndpoint,
  type PostNotification,
} from "../../contract/notification.ts";

/** How long an endpoint may take to answer, in milliseconds. */
const ANSWER_MS = 15_000;
const GONE = 410;

export function createPostNotification(
  endpoints: readonly NotificationEndpoint[],
  resolveCredential: ResolveCredential | undefined,
): PostNotification {
  return async (delivery, signal) => {
    const endpoint = endpoints.find(({ name }) => name === delivery.endpoint);
    if (endpoint === undefined) return { outcome: "gone", reason: "no such endpoint" };
    const webhook = await signerOf(endpoint, resolveCredential, signal);
    if (webhook === undefined) return failed("its secret could not be had");
    return post(endpoint.url, delivery, webhook, signal);
  };
}

function failed(reason: string): DeliveryOutcome {
  return { outcome: "failed", reason };
}

async function signerOf(
  { name, secret, tenant }: NotificationEndpoint,
  resolveCredential: ResolveCredential | undefined,
  signal: AbortSignal,
): Promise<Webhook | undefined> {
  const origin = {
    agent: name,
    taskId: name,
    taskUid: name,
    tool: NOTIFICATION_SERVICE,
    ...(tenant === undefined ? {} : { tenant }),
  };
  try {
    const answer = await resolveCredential?.(secret, origin, signal);
    if (answer === undefined || "missing" in answer) return undefined;
    return new Webhook(answer.value);
  } catch {
    // The store of credentials is down, or this is no secret; the text may quote it.
    return undefined;
  }
}

async function post(
  url: string,
  { id, notification }: Delivery,
  webhook: Webhook,
  signal: AbortSignal,
): Promise<DeliveryOutcome> {
  const { type, at, data } = notification;
  const told: NotificationBody = { type, timestamp: new Date(at).toISOString(), data };
  const body = JSON.stringify(told);
  const now = new Date();
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
        "webhook-signature": webhook.sign(id, now, body),
      },
      body,
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
    });
    await response.body?.cancel();
    if (response.ok) return { outcome: "delivered" };
    const outcome = response.status === GONE ? "gone" : "failed";
    return { outcome, reason: `HTTP ${response.status}` };
  } catch (error) {
    const late = error instanceof DOMException && error.name === "TimeoutError";
    return failed(late ? `no answer within ${ANSWER_MS} ms` : "no connection");
  }
}
