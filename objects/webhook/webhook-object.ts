// Owns the object `holdfast.webhook` as Restate sees it: one key for each source. `receive` takes
// a webhook's exact bytes to the inbox that it is for; the state only counts what was refused.
import type { ObjectContext, ObjectSharedContext, TerminalError } from "@restatedev/restate-sdk";
import { handlers, object } from "@restatedev/restate-sdk";
import { noInputSchema } from "../../contract/api.ts";
import {
  type AcceptEvent,
  INBOX_SERVICE,
  INBOX_VERSION,
  inboxKey,
  MAX_EVENT_BYTES,
  type PublishResult,
} from "../../contract/inbox.ts";
import { bodySerde, type RawBody } from "../../contract/raw-body.ts";
import { answerJson } from "../../contract/readable.ts";
import {
  type CountRefusal,
  type TakenWebhook,
  type TakeWebhook,
  UNKNOWN_SOURCES_KEY,
  WEBHOOK_SERVICE,
  WEBHOOK_VERSION,
  type WebhookView,
} from "../../contract/webhook.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { problem } from "../../handler/problem.ts";
import { RETRY_FOREVER } from "../../handler/retry.ts";

/** Versions that can be read: 1. */
interface Refusals extends WebhookView {
  readonly v: typeof WEBHOOK_VERSION;
}

const STATE_KEY = "refused";
/** Nothing of a request stays: anyone can make one, and its body is not ours. */
const UNRETAINED = { journalRetention: 0, idempotencyRetention: 0 };

/** Body in, answer out, callable by anyone who reaches the ingress. */
function publicOptions() {
  return {
    input: bodySerde(noInputSchema),
    output: answerJson<unknown>(),
    // Whatever the source calls its JSON.
    accept: "*/*",
    retryPolicy: RETRY_FOREVER,
    ...UNRETAINED,
  };
}

export function createWebhookObject(takeWebhook: TakeWebhook) {
  return object({
    name: WEBHOOK_SERVICE,
    description: "Receives signed webhooks (standardwebhooks.com); one key for each source.",
    options: { enableLazyState: true },
    handlers: {
      receive: handlers.object.shared(publicOptions(), (ctx: ObjectSharedContext, body: RawBody) =>
        receive(ctx, takeWebhook, body),
      ),
      show: handlers.object.shared(publicOptions(), async (ctx: ObjectSharedContext) => {
        const { v: _, ...view } = await refusalsOf(ctx);
        return view;
      }),
      count: handlers.object.exclusive(
        {
          ...UNRETAINED,
          ingressPrivate: true,
          retryPolicy: RETRY_FOREVER,
          input: jsonOf<CountRefusal>(),
        },
        count,
      ),
    },
  });
}

async function receive(
  ctx: ObjectSharedContext,
  takeWebhook: TakeWebhook,
  { bytes }: RawBody,
): Promise<PublishResult> {
  if (bytes.length > MAX_EVENT_BYTES) {
    const message = `the body has more than the ${MAX_EVENT_BYTES} bytes allowed`;
    throw problem("message_too_large", message);
  }
  const { headers, attemptCompletedSignal } = ctx.request();
  const webhook = {
    source: ctx.key,
    id: headers.get("webhook-id"),
    timestamp: headers.get("webhook-timestamp"),
    signature: headers.get("webhook-signature"),
    body: bytes,
    // Journaled: an attempt that is made again much later must not find the timestamp too old.
    receivedAt: await ctx.date.now(),
  };
  const taken = await ctx.run("take-webhook", () => takeWebhook(webhook, attemptCompletedSignal));
  if (taken.outcome === "ok") return acceptEvent(ctx, taken);
  if (taken.outcome === "refused" && taken.count > 0) tellRefusal(ctx, taken);
  throw refusalOf(taken);
}

function acceptEvent(
  ctx: ObjectSharedContext,
  { tenant, topic, key, eventId, payload }: Extract<TakenWebhook, { outcome: "ok" }>,
): Promise<PublishResult> {
  return ctx.genericCall<AcceptEvent, PublishResult>({
    service: INBOX_SERVICE,
    key: inboxKey(tenant, topic, key),
    method: "accept",
    parameter: { v: INBOX_VERSION, eventId, payload },
    inputSerde: jsonOf(),
    outputSerde: jsonOf(),
  });
}

function tellRefusal(
  ctx: ObjectSharedContext,
  { refusal, count: seen }: Extract<TakenWebhook, { outcome: "refused" }>,
): void {
  ctx.genericSend<CountRefusal>({
    service: WEBHOOK_SERVICE,
    // One key for all that nobody declared: a caller's words make no state of ours.
    key: refusal === "source" ? UNKNOWN_SOURCES_KEY : ctx.key,
    method: "count",
    parameter: { v: WEBHOOK_VERSION, refusal, count: seen },
    inputSerde: jsonOf(),
  });
}

function refusalOf(taken: Exclude<TakenWebhook, { outcome: "ok" }>): TerminalError {
  switch (taken.outcome) {
    case "refused":
      // One answer for all of them: it tells a stranger nothing.
      return problem("webhook_refused", "the webhook is not accepted");
    case "unavailable":
      return problem("webhook_unavailable", "the webhook cannot be verified now; send it again");
    case "invalid":
      return problem("invalid_input", taken.problem);
  }
}

async function count(ctx: ObjectContext, { refusal, count: seen }: CountRefusal): Promise<void> {
  const { refused, ...before } = await refusalsOf(ctx);
  const lastRefusedAt = await ctx.date.now();
  const after: Refusals = {
    ...before,
    refused: { ...refused, [refusal]: refused[refusal] + seen },
    lastRefusedAt,
  };
  ctx.set(STATE_KEY, after);
}

async function refusalsOf(ctx: ObjectSharedContext): Promise<Refusals> {
  const refused = { source: 0, headers: 0, timestamp: 0, signature: 0 };
  return (await ctx.get<Refusals>(STATE_KEY)) ?? { v: WEBHOOK_VERSION, refused };
}
