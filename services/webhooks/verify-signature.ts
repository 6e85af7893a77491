// Owns whether a webhook is what its source has sent: the signature over the exact bytes, and the
// time of it against the time at which it came. Pure, so that an attempt made again decides the
// same; the library's own `verify` asks the clock.
import { timingSafeEqual } from "node:crypto";
import { Webhook } from "standardwebhooks";
import type { ReceivedWebhook, WebhookRefusal } from "../../contract/webhook.ts";

const SECONDS = /^\d{1,12}$/;
const SCHEME = "v1,";
/** A source signs with as many secrets as it has; more than that is an attack on our time. */
const MAX_SIGNATURES = 16;
const MAX_ID_LENGTH = 256;

/** The text that was signed, or why it is refused. */
export type Verified = { readonly text: string } | { readonly refusal: WebhookRefusal };

/** Any of the secrets will do. Throws for a secret that is not base64. */
export function verifySignature(
  webhook: ReceivedWebhook,
  secrets: readonly string[],
  toleranceMs: number,
): Verified {
  const { id, timestamp, signature, receivedAt } = webhook;
  if (!id || !signature || timestamp === undefined || !SECONDS.test(timestamp)) {
    return { refusal: "headers" };
  }
  if (id.length > MAX_ID_LENGTH) return { refusal: "headers" };
  const signedAt = Number(timestamp) * 1_000;
  if (Math.abs(receivedAt - signedAt) > toleranceMs) return { refusal: "timestamp" };
  const text = exactText(webhook.body);
  if (text === undefined) return { refusal: "signature" };
  const offered = signature.split(" ", MAX_SIGNATURES).filter((each) => each.startsWith(SCHEME));
  // All of them, so that the time tells nothing of which.
  const matches = secrets.map((secret) => {
    const expected = new Webhook(secret).sign(id, new Date(signedAt), text);
    return offered.filter((each) => isSame(each, expected)).length;
  });
  return matches.some((count) => count > 0) ? { text } : { refusal: "signature" };
}

/** Undefined for bytes that are not UTF-8: two bodies could have the same text. */
function exactText(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
