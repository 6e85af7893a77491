// Owns an inbox's state in Restate: one small value, a payload per kept event beside it, and the
// one timer that cleans up. Only exclusive handlers write it (L1).
import type { ObjectContext, ObjectSharedContext } from "@restatedev/restate-sdk";
import type { StoredText } from "../../contract/artifact.ts";
import { type ExpireInbox, INBOX_SERVICE, INBOX_VERSION } from "../../contract/inbox.ts";
import {
  INBOX_STATE_VERSION,
  type InboxBounds,
  type InboxState,
  NEW_INBOX,
} from "../../core/inbox/inbox-state.ts";
import { isEmpty, timerDue } from "../../core/inbox/prune.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { problem } from "../../handler/problem.ts";
import { readNow } from "../../handler/read-now.ts";

const STATE_KEY = "inbox";
const TOO_NEW = "the inbox was written by a newer version of this software; upgrade the worker";

/** The inbox as it is, and the time in milliseconds since the epoch. */
interface InboxNow {
  readonly before: InboxState;
  readonly now: number;
}

/** For an exclusive handler. */
export async function loadInbox(ctx: ObjectContext): Promise<InboxNow> {
  const { stored, now } = await readNow<InboxState>(ctx, STATE_KEY);
  // Never overwritten: the invocation is retried until newer code serves it (F22).
  if (stored !== null && stored.v > INBOX_STATE_VERSION) throw new Error(TOO_NEW);
  return { before: stored ?? NEW_INBOX, now };
}

/** For a shared handler. */
export async function readInbox(ctx: ObjectSharedContext): Promise<InboxNow> {
  const { stored, now } = await readNow<InboxState>(ctx, STATE_KEY);
  if (stored !== null && stored.v > INBOX_STATE_VERSION) {
    throw problem("state_too_new", TOO_NEW);
  }
  return { before: stored ?? NEW_INBOX, now };
}

/**
 * Stores the state and, unless one is set already, the timer that ends it. Where nothing is left,
 * the address is as if it had never been.
 */
export function saveInbox(
  ctx: ObjectContext,
  state: InboxState,
  now: number,
  bounds: InboxBounds,
): void {
  if (state.timerAt === undefined && isEmpty(state)) {
    ctx.clear(STATE_KEY);
    return;
  }
  const at = timerDue(state, now, bounds);
  ctx.set(STATE_KEY, at === undefined ? state : { ...state, timerAt: at });
  if (at === undefined) return;
  ctx.genericSend<ExpireInbox>({
    service: INBOX_SERVICE,
    key: ctx.key,
    method: "expire",
    parameter: { v: INBOX_VERSION, at },
    inputSerde: jsonOf(),
    delay: at - now,
  });
}

export function keepPayload(ctx: ObjectContext, n: number, payload: StoredText): void {
  ctx.set(payloadKey(n), payload);
}

export async function takePayload(ctx: ObjectContext, n: number): Promise<StoredText> {
  const payload = await ctx.get<StoredText>(payloadKey(n));
  // The two are written together.
  if (payload === null) throw new Error(`the inbox has lost the payload of its event ${n}`);
  ctx.clear(payloadKey(n));
  return payload;
}

export function forgetPayloads(ctx: ObjectContext, numbers: readonly number[]): void {
  for (const n of numbers) ctx.clear(payloadKey(n));
}

function payloadKey(n: number): string {
  return `event/${n}`;
}
