// Owns the language of outbound notifications: what an app declares, what an endpoint is sent, and
// the dead letters of those that could not be delivered. Inputs are journaled by Restate and wait
// there across deployments: add optional fields only.
import { z } from "zod";
import type { Deciders } from "./approval.ts";
import { actorIdSchema, reasonSchema } from "./api.ts";
import type { TaskStatus } from "./status.ts";
import type { StuckKind } from "./watch.ts";

/** The private service: `announce` and `deliver`. */
export const NOTIFICATION_SERVICE = "holdfast.notification";
/** The object keyed by the endpoint's name: `list`, `redeliver`, `discard`. */
export const DEAD_LETTER_SERVICE = "holdfast.dead-letter";
export const NOTIFICATION_VERSION = 1;

/** Dead letters of one endpoint that are kept; above it the oldest is dropped. */
export const MAX_DEAD_LETTERS = 256;

export const NOTIFICATION_TYPES = [
  "task.idle",
  "task.completed",
  "task.failed",
  "task.cancelled",
  "task.killed",
  "task.retired",
  "task.stuck",
  "approval.wanted",
  "approval.reminded",
  "approval.escalated",
  "approval.expired",
] as const;
export type NotificationType = (typeof NOTIFICATION_TYPES)[number];

/** Where notifications go. */
export interface NotificationEndpoint {
  /** A letter, then letters, digits, `_` or `-`; at most 64. */
  readonly name: string;
  /** http or https. Redirects are not followed. */
  readonly url: string;
  /** Name of the credential (docs/credentials.md) to sign with: `whsec_...`. */
  readonly secret: string;
  readonly events: readonly NotificationType[];
  /** Only of this tenant's tasks, and with its secret. Absent: of every task. */
  readonly tenant?: string;
}

/** How long a notification is tried. Times in milliseconds. */
export interface NotificationRetry {
  /** After the first failure; doubled after each. Default 5 seconds. */
  readonly firstMs?: number;
  /** Longest pause. Default 1 hour. */
  readonly maxMs?: number;
  /** From the first attempt on. Default 24 hours. */
  readonly forMs?: number;
  /** Attempts at most. Default 40. */
  readonly attempts?: number;
}

/** What is told: facts without content; whoever wants more asks the task. */
export interface Notification {
  readonly type: NotificationType;
  /** When it happened, milliseconds since the epoch. */
  readonly at: number;
  readonly data: {
    readonly agent: string;
    readonly taskId: string;
    readonly taskUid: string;
    readonly owner?: string;
    readonly tenant?: string;
    readonly status: TaskStatus;
    /** Position in the task log. */
    readonly seq: number;
    readonly turn: number;
    /** Of `task.failed`: docs/errors.md. */
    readonly code?: string;
    /** Of `task.stuck`: what `status` says. */
    readonly reason?: string;
    /** Of `task.stuck`: in which way. */
    readonly kind?: StuckKind;
    /** Of a second `task.stuck`: who is told since the owner did not bring it on. */
    readonly escalation?: string;
    /** Of `approval.*`: the key of `holdfast.approval`. */
    readonly approvalId?: string;
    /** Of a call's. */
    readonly operationId?: string;
    /** Of `approval.reminded` and `approval.escalated`: which rung of the ladder, from 1. */
    readonly rung?: number;
    /** Of `approval.escalated`: who may decide from now on, beside those before. */
    readonly deciders?: Deciders;
  };
}

/** The body of a notification, as an endpoint gets it. */
export interface NotificationBody extends Pick<Notification, "type" | "data"> {
  /** When it happened, ISO 8601. */
  readonly timestamp: string;
}

/** Input of `announce`: sent by a task, whatever endpoints there are. */
export interface Announcement {
  readonly v: typeof NOTIFICATION_VERSION;
  /** The `webhook-id`: the same for every endpoint and every attempt. */
  readonly id: string;
  readonly notification: Notification;
}

/** Input of `deliver`: one attempt. */
export interface Delivery extends Announcement {
  /** The endpoint's name. */
  readonly endpoint: string;
  /** From 1. */
  readonly attempt: number;
  /** When the first attempt was due, milliseconds since the epoch. */
  readonly since: number;
}

/** How an attempt ended. Only 2xx is `delivered`; 410 is `gone`. */
export type DeliveryOutcome =
  | { readonly outcome: "delivered" }
  | { readonly outcome: "gone" | "failed"; readonly reason: string };

export type PostNotification = (
  delivery: Delivery,
  signal: AbortSignal,
) => Promise<DeliveryOutcome>;

/** Input of the private `bury`; what `list` shows of each. */
export interface DeadLetter extends Announcement {
  readonly attempts: number;
  /** Of the first attempt and of the end, milliseconds since the epoch. */
  readonly since: number;
  readonly diedAt: number;
  /** Such as `HTTP 503`. */
  readonly reason: string;
}

/** Answer of `list`. */
export interface DeadLetterList {
  /** Oldest first. */
  readonly letters: readonly DeadLetter[];
  /** Of all that ever died here. */
  readonly died: number;
  /** Of those, dropped for want of room. */
  readonly dropped: number;
}

/** Body of `redeliver` and `discard`. */
export const deadLetterInputSchema = z.strictObject({
  /** The `id` of one; absent: all. */
  id: z.string().min(1).max(512).optional(),
  by: actorIdSchema.optional(),
  reason: reasonSchema,
});
export type DeadLetterInput = z.infer<typeof deadLetterInputSchema>;

/** Answer of `redeliver` and `discard`. */
export interface DeadLetterResult {
  readonly letters: number;
}
