// Owns the private service `holdfast.notification`: who is told of what a task announces, and one
// attempt after the other, each an invocation of its own, so that none is open between them and
// new code takes over at the next.
import { type Context, handlers, service } from "@restatedev/restate-sdk";
import {
  type Announcement,
  DEAD_LETTER_SERVICE,
  type DeadLetter,
  type Delivery,
  NOTIFICATION_SERVICE,
  type NotificationEndpoint,
  type NotificationRetry,
  type PostNotification,
} from "../../contract/notification.ts";
import { pauseAfter, retryBounds } from "../../core/notification/next-attempt.ts";
import { endpointsFor } from "../../core/notification/notification-of.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { RETRY_OUTSIDE_FOREVER } from "../../handler/retry.ts";

export interface NotificationPorts {
  readonly endpoints: readonly NotificationEndpoint[];
  readonly retry: NotificationRetry | undefined;
  readonly post: PostNotification;
}

export function createNotificationService({ endpoints, retry, post }: NotificationPorts) {
  const bounds = retryBounds(retry);

  async function announce(ctx: Context, announcement: Announcement): Promise<void> {
    const { names, since } = await ctx.run("find-endpoints", () => ({
      // Journaled, since a worker with other settings may take over in the middle.
      names: endpointsFor(announcement.notification, endpoints),
      since: Date.now(),
    }));
    for (const endpoint of names)
      sendDelivery(ctx, { ...announcement, endpoint, attempt: 1, since });
  }

  async function deliver(ctx: Context, delivery: Delivery): Promise<void> {
    const signal = ctx.request().attemptCompletedSignal;
    const { result, pauseMs, now } = await ctx.run("post-notification", async () => {
      const answer = await post(delivery, signal);
      const at = Date.now();
      return { result: answer, now: at, pauseMs: pauseAfter(delivery, at, bounds) };
    });
    if (result.outcome === "delivered") return;
    if (result.outcome === "failed" && pauseMs !== undefined) {
      sendDelivery(ctx, { ...delivery, attempt: delivery.attempt + 1 }, pauseMs);
      return;
    }
    bury(ctx, delivery, now, result.reason);
  }

  return service({
    name: NOTIFICATION_SERVICE,
    description: "Delivers signed notifications (standardwebhooks.com) to the app's endpoints.",
    handlers: {
      announce: handlers.handler({ input: jsonOf<Announcement>() }, announce),
      deliver: handlers.handler({ input: jsonOf<Delivery>() }, deliver),
    },
    options: {
      ingressPrivate: true,
      journalRetention: 60_000,
      retryPolicy: RETRY_OUTSIDE_FOREVER,
    },
  });
}

function sendDelivery(ctx: Context, delivery: Delivery, delay = 0): void {
  ctx.genericSend<Delivery>({
    service: NOTIFICATION_SERVICE,
    method: "deliver",
    parameter: delivery,
    inputSerde: jsonOf(),
    ...(delay === 0 ? {} : { delay }),
  });
}

function bury(ctx: Context, delivery: Delivery, diedAt: number, reason: string): void {
  const { endpoint, attempt: attempts, ...rest } = delivery;
  ctx.genericSend<DeadLetter>({
    service: DEAD_LETTER_SERVICE,
    key: endpoint,
    method: "bury",
    parameter: { ...rest, attempts, diedAt, reason },
    inputSerde: jsonOf(),
  });
}
