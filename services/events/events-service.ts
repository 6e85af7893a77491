// Owns the public service `holdfast.events`: publishing an event, and showing what an address
// holds. What becomes of an event is its inbox's to say.
import { type Context, handlers, type Serde, serde, service } from "@restatedev/restate-sdk";
import type { BodySchema } from "../../contract/api.ts";
import type { ArtifactRef, StoredText } from "../../contract/artifact.ts";
import {
  type AcceptEvent,
  EVENTS_SERVICE,
  INBOX_SERVICE,
  INBOX_VERSION,
  type InboxView,
  inboxKey,
  type PublishInput,
  publishInputSchema,
  type PublishResult,
  showEventsInputSchema,
  type ShowEventsInput,
} from "../../contract/inbox.ts";
import { bodySerde, type RawBody } from "../../contract/raw-body.ts";
import { answerJson } from "../../contract/readable.ts";
import { readBody } from "./problem.ts";

export interface EventStoring {
  /** Keeps payloads that are above `inlineLimitBytes`. Runs inside an action. */
  readonly storeText: (text: string) => Promise<ArtifactRef>;
  readonly inlineLimitBytes: number;
}

/** Body in, answer out, callable by anyone who reaches the ingress. */
function publicOptions(schema: BodySchema<unknown>) {
  return {
    input: bodySerde(schema),
    output: answerJson<unknown>(),
    // Plain curl sends another content type unless it is told.
    accept: "*/*",
    journalRetention: 60_000,
    // An outage, however long, loses no event (F24).
    retryPolicy: {
      initialInterval: 100,
      maxInterval: 2_000,
      exponentiationFactor: 2,
      maxAttempts: Number.MAX_SAFE_INTEGER,
    },
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
          publish(ctx, storing, readBody(publishInputSchema, body)),
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
  const stored = await storePayload(ctx, storing, JSON.stringify(payload));
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
  text: string,
): Promise<StoredText> {
  if (new TextEncoder().encode(text).length <= inlineLimitBytes) return { text };
  return { artifact: await ctx.run("store-payload", () => storeText(text)) };
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

function jsonOf<T>(): Serde<T> {
  return serde.json as Serde<T>;
}
