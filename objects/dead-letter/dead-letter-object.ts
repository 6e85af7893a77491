// Owns the object `holdfast.dead-letter`, one key for each endpoint: the notifications that were
// given up, for people to see, to send again or to discard.
import type { ObjectContext, ObjectSharedContext } from "@restatedev/restate-sdk";
import { handlers, object } from "@restatedev/restate-sdk";
import type { BodySchema } from "../../contract/api.ts";
import { noInputSchema } from "../../contract/api.ts";
import {
  DEAD_LETTER_SERVICE,
  type DeadLetter,
  type DeadLetterInput,
  deadLetterInputSchema,
  type DeadLetterList,
  type DeadLetterResult,
  type Delivery,
  MAX_DEAD_LETTERS,
  NOTIFICATION_SERVICE,
  NOTIFICATION_VERSION,
} from "../../contract/notification.ts";
import type { OperatorRecordPage } from "../../contract/operator-record.ts";
import { recordInputSchema } from "../../contract/operator-record.ts";
import { bodySerde, type RawBody } from "../../contract/raw-body.ts";
import { answerJson } from "../../contract/readable.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { readActs, recordAct } from "../../handler/operator-record.ts";
import { problem } from "../../handler/problem.ts";
import { readBody } from "../../handler/read-body.ts";
import { RETRY_FOREVER } from "../../handler/retry.ts";

/** Versions that can be read: 1. */
interface DeadLetters extends DeadLetterList {
  readonly v: typeof NOTIFICATION_VERSION;
}

const STATE_KEY = "letters";
const NONE: DeadLetters = { v: NOTIFICATION_VERSION, letters: [], died: 0, dropped: 0 };

/** Body in, answer out, callable by anyone who reaches the ingress. */
function publicOptions(schema: BodySchema<unknown>) {
  return {
    input: bodySerde(schema),
    output: answerJson<unknown>(),
    // Plain curl sends another content type unless it is told.
    accept: "*/*",
    retryPolicy: RETRY_FOREVER,
    journalRetention: 60_000,
  };
}

export const deadLetterObject = object({
  name: DEAD_LETTER_SERVICE,
  description: "Notifications that could not be delivered; one key for each endpoint.",
  options: { enableLazyState: true },
  handlers: {
    list: handlers.object.shared(
      { ...publicOptions(noInputSchema), journalRetention: 0, idempotencyRetention: 0 },
      async (ctx: ObjectSharedContext): Promise<DeadLetterList> => {
        const { v: _, ...list } = await lettersOf(ctx);
        return list;
      },
    ),
    redeliver: handlers.object.exclusive(
      publicOptions(deadLetterInputSchema),
      async (ctx: ObjectContext, body: RawBody): Promise<DeadLetterResult> => {
        const since = await ctx.date.now();
        const input = readBody(deadLetterInputSchema, body);
        const chosen = await takeOut(ctx, { ...input, verb: "redeliver", at: since });
        for (const letter of chosen) sendAgain(ctx, letter, since);
        return { letters: chosen.length };
      },
    ),
    discard: handlers.object.exclusive(
      publicOptions(deadLetterInputSchema),
      async (ctx: ObjectContext, body: RawBody): Promise<DeadLetterResult> => {
        const at = await ctx.date.now();
        const input = readBody(deadLetterInputSchema, body);
        return { letters: (await takeOut(ctx, { ...input, verb: "discard", at })).length };
      },
    ),
    record: handlers.object.shared(
      { ...publicOptions(recordInputSchema), journalRetention: 0, idempotencyRetention: 0 },
      async (ctx: ObjectSharedContext, body: RawBody): Promise<OperatorRecordPage> =>
        readActs(ctx, readBody(recordInputSchema, body)),
    ),
    bury: handlers.object.exclusive(
      {
        ingressPrivate: true,
        input: jsonOf<DeadLetter>(),
        retryPolicy: RETRY_FOREVER,
        journalRetention: 60_000,
      },
      bury,
    ),
  },
});

async function bury(ctx: ObjectContext, letter: DeadLetter): Promise<void> {
  const before = await lettersOf(ctx);
  // Sent again and dead again: it is one letter.
  const others = before.letters.filter(({ id }) => id !== letter.id);
  const all = [...others, letter];
  const tooMany = Math.max(0, all.length - MAX_DEAD_LETTERS);
  const after: DeadLetters = {
    ...before,
    letters: all.slice(tooMany),
    died: before.died + 1,
    dropped: before.dropped + tooMany,
  };
  ctx.set(STATE_KEY, after);
}

async function takeOut(
  ctx: ObjectContext,
  { id, by, reason, verb, at }: DeadLetterInput & { readonly verb: string; readonly at: number },
): Promise<readonly DeadLetter[]> {
  const before = await lettersOf(ctx);
  const chosen = before.letters.filter((letter) => id === undefined || letter.id === id);
  if (id !== undefined && chosen.length === 0) {
    const message = "the endpoint has no dead letter with this id; `list` has those that are";
    throw problem("dead_letter_not_found", message);
  }
  const after: DeadLetters = {
    ...before,
    letters: before.letters.filter((letter) => !chosen.includes(letter)),
  };
  if (chosen.length === 0) return chosen;
  const subject = id ?? `${chosen.length} letters`;
  await recordAct(ctx, { verb, by, reason, subject }, at);
  ctx.set(STATE_KEY, after);
  return chosen;
}

function sendAgain(ctx: ObjectContext, { v, id, notification }: DeadLetter, since: number): void {
  ctx.genericSend<Delivery>({
    service: NOTIFICATION_SERVICE,
    method: "deliver",
    parameter: { v, id, notification, endpoint: ctx.key, attempt: 1, since },
    inputSerde: jsonOf(),
  });
}

async function lettersOf(ctx: ObjectSharedContext): Promise<DeadLetters> {
  return (await ctx.get<DeadLetters>(STATE_KEY)) ?? NONE;
}
