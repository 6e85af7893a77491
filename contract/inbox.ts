// Owns the language of events from outside: how one is published, what the inbox and a task tell
// each other, and what people are shown of an address. The messages are journaled by Restate: add
// optional fields only.
import { z } from "zod";
import { actorIdSchema } from "./api.ts";
import type { StoredText } from "./artifact.ts";
import { idProblem } from "./ids.ts";

/** The public service: `publish` and `show`. */
export const EVENTS_SERVICE = "holdfast.events";
/** The private object behind it, one for each tenant, topic and correlation key. */
export const INBOX_SERVICE = "holdfast.inbox";
export const INBOX_VERSION = 1;

/** Largest body of `publish` and of a webhook, in bytes. */
export const MAX_EVENT_BYTES = 1024 * 1024;

/** What an inbox keeps of an address, and for how long. Times in milliseconds. */
export interface EventSettings {
  /** Events that are kept for who will wait; above it the oldest is dropped. 1 to 1,000; 100. */
  readonly keepCount?: number;
  /** How long one is kept. Default 7 days. */
  readonly keepMs?: number;
  /** Ids of events, and operations that got one, that are remembered. 1 to 10,000; 1,000. */
  readonly rememberCount?: number;
  /** How long an id is remembered. Default 7 days. */
  readonly rememberMs?: number;
  /** An event is `late` for so long after the last wait ended without one. Default 1 hour. */
  readonly lateMs?: number;
}

const identifier = z.string().superRefine((value, ctx) => {
  const problem = idProblem(value);
  if (problem !== undefined) ctx.addIssue({ code: "custom", message: problem });
});

export const publishInputSchema = z.strictObject({
  /** What kind of event it is, such as `payment.settled`. */
  topic: identifier,
  /** What it is about, such as an order number: only who waits for this key gets it. */
  key: identifier,
  /** The source's own id of it: the same id again is the same event. */
  eventId: identifier,
  /** Any JSON. */
  payload: z.json().default(null),
  /** Only tasks of this tenant get it; absent: only tasks without one. */
  tenant: actorIdSchema.optional(),
});
export type PublishInput = z.infer<typeof publishInputSchema>;

export interface PublishResult {
  readonly eventId: string;
  /**
   * `delivered` to so many waits; `kept` for who will wait for it; `duplicate` of one that was
   * taken before; `late`: who waited for it has stopped waiting. The last two change nothing.
   */
  readonly result: "delivered" | "kept" | "duplicate" | "late";
  readonly waits: number;
  /** Kept events that were dropped to make room for this one. */
  readonly dropped?: number;
}

/** Body of `show`: an address. */
export const showEventsInputSchema = publishInputSchema.pick({
  topic: true,
  key: true,
  tenant: true,
});
export type ShowEventsInput = z.infer<typeof showEventsInputSchema>;

/** Answer of `show`: what an address holds now. Times in milliseconds since the epoch. */
export interface InboxView {
  /** The waits that are open, oldest first. */
  readonly waits: readonly (SubscriptionOrigin & { readonly since: number })[];
  /** The events that wait for a wait, oldest first. */
  readonly kept: readonly { readonly eventId: string; readonly receivedAt: number }[];
  /** How many events were dropped for want of room. */
  readonly dropped: number;
  /** How many events nobody has waited for in time. */
  readonly expired: number;
  /** When one was last dropped or expired; the two counts are forgotten with it. */
  readonly lostAt?: number;
  /** How many ids are remembered. */
  readonly remembered: number;
  /** Until then an event that nobody waits for is `late`. */
  readonly lateUntil?: number;
}

/** Input of the private `accept`. */
export interface AcceptEvent {
  readonly v: typeof INBOX_VERSION;
  readonly eventId: string;
  /** The payload as JSON. */
  readonly payload: StoredText;
}

/** Input of the private `expire`: the one timer of an address. Another one's is stale. */
export interface ExpireInbox {
  readonly v: typeof INBOX_VERSION;
  readonly at: number;
}

/** The object's key: each part is escaped, so that no two addresses share one. */
export function inboxKey(tenant: string | undefined, topic: string, key: string): string {
  return [tenant ?? "", topic, key].map(encodeURIComponent).join("/");
}

interface SubscriptionOrigin {
  readonly agent: string;
  readonly taskId: string;
  readonly operationId: string;
  /** The subscription ends by itself then, by the inbox's clock; milliseconds since the epoch. */
  readonly until?: number;
}

/**
 * Input of `holdfast.inbox/subscribe`: sent by a task, answered by `wake`. Sent again while it is
 * open it is the same one; for an operation that has its event already it does nothing.
 */
export interface Subscribe extends SubscriptionOrigin {
  readonly v: typeof INBOX_VERSION;
}

/** Input of `holdfast.inbox/unsubscribe`. An event that comes later is `late`. */
export interface Unsubscribe {
  readonly v: typeof INBOX_VERSION;
  readonly operationId: string;
  /** The task to answer with a `NoEventNotice`, behind the event if one came before. */
  readonly answerTo?: { readonly agent: string; readonly taskId: string };
}

/** What the inbox sends to the agent object's `wake` that asked: nothing comes any more. */
export interface NoEventNotice {
  readonly type: "no-event";
  readonly operationId: string;
}

/** What the inbox sends to the agent object's `wake`, once for a subscription. */
export interface EventNotice {
  readonly type: "event";
  readonly operationId: string;
  readonly eventId: string;
  /** When the inbox took it, milliseconds since the epoch. */
  readonly receivedAt: number;
  /** The payload as JSON. */
  readonly payload: StoredText;
}
