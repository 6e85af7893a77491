// Owns the object `holdfast.stops` as Restate sees it. One key, `all`: a check is one read, and
// since stop, lift and check meet in one object, a check that begins after a stop was answered
// sees it (R99).
import {
  handlers,
  object,
  type ObjectContext,
  type ObjectSharedContext,
} from "@restatedev/restate-sdk";
import type { BodySchema } from "../../contract/api.ts";
import { noInputSchema } from "../../contract/api.ts";
import { answerJson } from "../../contract/readable.ts";
import { recordInputSchema } from "../../contract/operator-record.ts";
import {
  checkInputSchema,
  liftInputSchema,
  STOPS_KEY,
  STOPS_SERVICE,
  type StopSettledInput,
  stopInputSchema,
} from "../../contract/stop.ts";
import { checkStops } from "../../core/stop/stops.ts";
import { lift, settle, stop } from "./change-stops.ts";
import { bodySerde, type RawBody } from "../../contract/raw-body.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { problem } from "../../handler/problem.ts";
import { readBody } from "../../handler/read-body.ts";
import { RETRY_FOREVER } from "../../handler/retry.ts";
import { readRecord } from "./stop-record.ts";
import { readState } from "./stops-state.ts";

const SECOND = 1_000;
/** A read leaves nothing behind; the ingress gives each call an idempotency key of its own. */
const VIEW = { journalRetention: 0, idempotencyRetention: 0, inactivityTimeout: 5 * SECOND };

/** Body in, answer out, callable by anyone who reaches the ingress. */
function optionsOf(schema: BodySchema<unknown>) {
  // Plain curl sends another content type unless it is told.
  return {
    input: bodySerde(schema),
    output: answerJson<unknown>(),
    accept: "*/*",
    retryPolicy: RETRY_FOREVER,
  };
}

function command<I, O>(
  schema: BodySchema<I>,
  handle: (ctx: ObjectContext, input: I) => Promise<O>,
) {
  return handlers.object.exclusive(optionsOf(schema), (ctx: ObjectContext, body: RawBody) => {
    checkKey(ctx.key);
    return handle(ctx, readBody(schema, body));
  });
}

function view<I, O>(
  schema: BodySchema<I>,
  handle: (ctx: ObjectSharedContext, input: I) => Promise<O>,
) {
  const options = { ...optionsOf(schema), ...VIEW };
  return handlers.object.shared(options, (ctx: ObjectSharedContext, body: RawBody) => {
    checkKey(ctx.key);
    return handle(ctx, readBody(schema, body));
  });
}

/** A stop under another key would stop nothing. */
function checkKey(key: string): void {
  if (key !== STOPS_KEY) {
    throw problem("invalid_input", `there is one list of stops, under the key "${STOPS_KEY}"`);
  }
}

export const stopsObject = object({
  name: STOPS_SERVICE,
  description: "Stops a tool, a model, an agent or a tenant at once; one key: all.",
  options: { enableLazyState: true },
  handlers: {
    stop: command(stopInputSchema, stop),
    lift: command(liftInputSchema, lift),
    list: view(noInputSchema, async (ctx) => ({ stops: (await readState(ctx)).stops })),
    check: view(checkInputSchema, async (ctx, question) =>
      checkStops((await readState(ctx)).stops, question),
    ),
    record: view(recordInputSchema, async (ctx, page) =>
      readRecord(ctx, await readState(ctx), page),
    ),
    settle: handlers.object.exclusive(
      { ingressPrivate: true, input: jsonOf<StopSettledInput>(), retryPolicy: RETRY_FOREVER },
      (ctx: ObjectContext, input: StopSettledInput) => settle(ctx, input),
    ),
  },
});
