// Owns the public service `holdfast.events`: publishing an event, and showing what an address
// holds. What becomes of an event is its inbox's to say.
import { type Context, handlers, serde, service } from "@restatedev/restate-sdk";
import type { BodySchema } from "../../contract/api.ts";
import type { StoredText, StoreText } from "../../contract/artifact.ts";
import {
  type AcceptEvent,
  EVENTS_SERVICE,
  INBOX_SERVICE,
  INBOX_VERSION,
  type InboxView,
  MAX_EVENT_BYTES,
  inboxKey,
  type PublishInput,
  publishInputSchema,
  type PublishResult,
  showEventsInputSchema,
  type ShowEventsInput,
} from "../../contract/inbox.ts";
import { bodySerde, type RawBody } from "../../contract/raw-body.ts";
import { answerJson } from "../../contract/readable.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { readBody } from "../../handler/read-body.ts";
import { RETRY_FOREVER } from "../../handler/retry.ts";

export interface EventStoring {
  /** Keeps payloads that are above `inlineLimitBytes`. Runs inside an action. */
  readonly storeText: StoreText;
  readonly inlineLimitBytes: number;
}

const EVENT_BOUND = {
  maxBytes: MAX_EVENT_BYTES,
  instead: "publish a reference to what is large",
};

/** Body in, answer out, callable by anyone who reaches the ingress. */
function publicOptions(schema: BodySchema<unknown>) {
  return {
    input: bodySerde(schema),
    output: answerJson<unknown>(),
    // Plain curl sends another content type unless it is told.
    accept: "*/*",
    journalRetention: 60_000,
    retryPolicy: RETRY_FOREVER,
  };
}

export function createEventsService(storing: EventStoring) {
  return service({
    name: EVENTS_SERVICE,
    description: "Publishes events from outside to the tasks that wait for them.",
    handlers: {
      publish: handlers.handler(
        publicOptions(publishInputSchema),
        (ctx: Context, body: RawBody): Promise<PublishResult> =>
          publish(ctx, storing, readBody(publishInputSchema, body, EVENT_BOUND)),
      ),
      show: handlers.handler(
        // A read leaves nothing behind.
        { ...publicOptions(showEventsInputSchema), journalRetention: 0, idempotencyRetention: 0 },
        (ctx: Context, body: RawBody): Promise<InboxView> =>
          show(ctx, readBody(showEventsInputSchema, body)),
      ),
    },
  });
}

async function publish(
  ctx: Context,
  storing: EventStoring,
  { tenant, topic, key, eventId, payload }: PublishInput,
): Promise<PublishResult> {
  const stored = await storePayload(ctx, storing, tenant, JSON.stringify(payload));
  return ctx.genericCall<AcceptEvent, PublishResult>({
    service: INBOX_SERVICE,
    key: inboxKey(tenant, topic, key),
    method: "accept",
    parameter: { v: INBOX_VERSION, eventId, payload: stored },
    inputSerde: jsonOf(),
    outputSerde: jsonOf(),
  });
}

/** A large payload leaves the journal (L6). */
async function storePayload(
  ctx: Context,
  { storeText, inlineLimitBytes }: EventStoring,
  tenant: string | undefined,
  text: string,
): Promise<StoredText> {
  if (new TextEncoder().encode(text).length <= inlineLimitBytes) return { text };
  return { artifact: await ctx.run("store-payload", () => storeText(text, tenant)) };
}

function show(ctx: Context, { tenant, topic, key }: ShowEventsInput): Promise<InboxView> {
  return ctx.genericCall<Uint8Array, InboxView>({
    service: INBOX_SERVICE,
    key: inboxKey(tenant, topic, key),
    method: "show",
    parameter: new Uint8Array(),
    inputSerde: serde.binary,
    outputSerde: jsonOf(),
  });
}
