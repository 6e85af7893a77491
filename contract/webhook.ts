// Owns the language of inbound webhooks (standardwebhooks.com): how an app declares a source, and
// what the object that receives them is told of one by the action that verifies it.
import type { StoredText } from "./artifact.ts";

/** The public object, keyed by the source's name: `receive` and `show`. */
export const WEBHOOK_SERVICE = "holdfast.webhook";
export const WEBHOOK_VERSION = 1;

/** How far a webhook's timestamp may be from now unless the source says otherwise. */
export const DEFAULT_TOLERANCE_MS = 5 * 60_000;

/** Who sends webhooks, and what an event of it is about. */
export interface WebhookSource {
  /**
   * Names of credentials (docs/credentials.md), each a secret `whsec_...`; all of them are valid.
   * To rotate: add the new one, let the source use it, remove the old one.
   */
  readonly secrets: readonly string[];
  /** Its events reach only tasks of this tenant, and its secrets are the tenant's. */
  readonly tenant?: string;
  /** The topic, or how the parsed body tells it. */
  readonly topic: string | ((body: unknown) => string);
  /** The correlation key of an event. Where it throws or is empty, the webhook is refused. */
  readonly key: (body: unknown) => string;
  /** What the tasks get; the body as it came by default. */
  readonly payload?: (body: unknown) => unknown;
  /** Milliseconds, 1 s to 1 h. Default 5 minutes. */
  readonly toleranceMs?: number;
}

/** By name: a letter, then letters, digits, `_` or `-`; at most 64. */
export interface WebhookSettings {
  readonly sources: Readonly<Record<string, WebhookSource>>;
}

/** Why a webhook is refused. The caller is never told which. */
export const WEBHOOK_REFUSALS = ["source", "headers", "timestamp", "signature"] as const;
export type WebhookRefusal = (typeof WEBHOOK_REFUSALS)[number];

/** A webhook as it came. */
export interface ReceivedWebhook {
  readonly source: string;
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  readonly body: Uint8Array;
  /** When it came, milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** What the action `take-webhook` answers; journaled, so it holds no secret and no large payload. */
export type TakenWebhook =
  | {
      readonly outcome: "ok";
      readonly tenant?: string;
      readonly topic: string;
      readonly key: string;
      /** Of the source and its `webhook-id`. */
      readonly eventId: string;
      readonly payload: StoredText;
    }
  | {
      readonly outcome: "refused";
      readonly refusal: WebhookRefusal;
      /** How many are to be counted now, this one and others before it; 0: later. */
      readonly count: number;
    }
  /** It is the source's, and cannot be used. */
  | { readonly outcome: "invalid"; readonly problem: string }
  /** No secret could be had now: the source should send it again. */
  | { readonly outcome: "unavailable" };

export type TakeWebhook = (webhook: ReceivedWebhook, signal: AbortSignal) => Promise<TakenWebhook>;

/** Input of the private `count`. */
export interface CountRefusal {
  readonly v: typeof WEBHOOK_VERSION;
  readonly refusal: WebhookRefusal;
  readonly count: number;
}

/** Under this key are counted the webhooks of sources that nobody declared. */
export const UNKNOWN_SOURCES_KEY = "-";

/** Answer of `show`. */
export interface WebhookView {
  readonly refused: Readonly<Record<WebhookRefusal, number>>;
  /** Milliseconds since the epoch. */
  readonly lastRefusedAt?: number;
}
