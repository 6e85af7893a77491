// Owns the object `holdfast.inbox` as Restate sees it: one writer for an address, so that an event
// and a wait for it cannot miss each other. What becomes of them is core/inbox's to say.
import type { ObjectContext, ObjectSharedContext } from "@restatedev/restate-sdk";
import { handlers, object } from "@restatedev/restate-sdk";
import type { StoredText } from "../../contract/artifact.ts";
import { COMMAND_VERSION } from "../../contract/command.ts";
import type {
  AcceptEvent,
  EventNotice,
  EventSettings,
  ExpireInbox,
  InboxView,
  NoEventNotice,
  PublishResult,
  Subscribe,
  Unsubscribe,
} from "../../contract/inbox.ts";
import { INBOX_SERVICE } from "../../contract/inbox.ts";
import { accept, subscribe, unsubscribe, viewInbox } from "../../core/inbox/inbox.ts";
import { type InboxBounds, inboxBounds } from "../../core/inbox/inbox-state.ts";
import { prune } from "../../core/inbox/prune.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { RETRY_FOREVER } from "../../handler/retry.ts";
import {
  forgetPayloads,
  keepPayload,
  loadInbox,
  readInbox,
  saveInbox,
  takePayload,
} from "./inbox-store.ts";

const HANDLER = {
  // Retried for ever: an outage, however long, loses no event (F24).
  retryPolicy: RETRY_FOREVER,
  journalRetention: 60_000,
} as const;

/** The service `holdfast.inbox`; `inboxKey` (contract/inbox.ts) makes its keys. */
export function createInboxObject(settings?: EventSettings) {
  const bounds = inboxBounds(settings);
  return object({
    name: INBOX_SERVICE,
    description: "What tasks wait for, and the events that come: one for each address.",
    options: { enableLazyState: true, ingressPrivate: true },
    handlers: {
      accept: handlers.object.exclusive(
        { ...HANDLER, input: jsonOf<AcceptEvent>(), output: jsonOf<PublishResult>() },
        (ctx: ObjectContext, input) => onEvent(ctx, bounds, input),
      ),
      subscribe: handlers.object.exclusive(
        { ...HANDLER, input: jsonOf<Subscribe>() },
        (ctx: ObjectContext, input) => onSubscribe(ctx, bounds, input),
      ),
      unsubscribe: handlers.object.exclusive(
        { ...HANDLER, input: jsonOf<Unsubscribe>() },
        async (ctx: ObjectContext, { operationId, answerTo }) => {
          const { before, now } = await loadInbox(ctx);
          const { state, forget } = unsubscribe(before, operationId, now, bounds);
          forgetPayloads(ctx, forget);
          saveInbox(ctx, state, now, bounds);
          // What is sent from here arrives in order: behind the event, if one was taken in time.
          if (answerTo !== undefined) wakeTask(ctx, answerTo, { type: "no-event", operationId });
        },
      ),
      expire: handlers.object.exclusive(
        { ...HANDLER, input: jsonOf<ExpireInbox>() },
        (ctx: ObjectContext, input) => onTimer(ctx, bounds, input),
      ),
      show: handlers.object.shared(
        { ...HANDLER, journalRetention: 0, output: jsonOf<InboxView>() },
        async (ctx: ObjectSharedContext) => {
          const { before, now } = await readInbox(ctx);
          return viewInbox(before, now, bounds);
        },
      ),
    },
  });
}

async function onEvent(
  ctx: ObjectContext,
  bounds: InboxBounds,
  { eventId, payload }: AcceptEvent,
): Promise<PublishResult> {
  const { before, now } = await loadInbox(ctx);
  const { state, result, notify, keep, forget, dropped } = accept(before, eventId, now, bounds);
  if (keep !== undefined) keepPayload(ctx, keep, payload);
  forgetPayloads(ctx, forget);
  saveInbox(ctx, state, now, bounds);
  for (const wait of notify) tell(ctx, wait, { eventId, receivedAt: now, payload });
  return { eventId, result, waits: notify.length, ...(dropped === 0 ? {} : { dropped }) };
}

async function onSubscribe(
  ctx: ObjectContext,
  bounds: InboxBounds,
  input: Subscribe,
): Promise<void> {
  const { v: _, ...wait } = input;
  const { before, now } = await loadInbox(ctx);
  const { state, forget, take } = subscribe(before, wait, now, bounds);
  forgetPayloads(ctx, forget);
  const payload = take === undefined ? undefined : await takePayload(ctx, take.n);
  saveInbox(ctx, state, now, bounds);
  if (take === undefined || payload === undefined) return;
  tell(ctx, wait, { eventId: take.eventId, receivedAt: take.receivedAt, payload });
}

/** Whatever is too old goes. */
async function onTimer(
  ctx: ObjectContext,
  bounds: InboxBounds,
  { at }: ExpireInbox,
): Promise<void> {
  const { before, now } = await loadInbox(ctx);
  if (before.timerAt !== at) return;
  const { state, forget } = prune(before, now, bounds);
  forgetPayloads(ctx, forget);
  const { timerAt: _, ...left } = state;
  saveInbox(ctx, left, now, bounds);
}

interface EventOf {
  readonly eventId: string;
  readonly receivedAt: number;
  readonly payload: StoredText;
}

function tell(
  ctx: ObjectContext,
  { agent, taskId, operationId }: Pick<Subscribe, "agent" | "taskId" | "operationId">,
  event: EventOf,
): void {
  wakeTask(ctx, { agent, taskId }, { type: "event", operationId, ...event });
}

function wakeTask(
  ctx: ObjectContext,
  { agent, taskId }: Pick<Subscribe, "agent" | "taskId">,
  notice: EventNotice | NoEventNotice,
): void {
  ctx.genericSend({
    service: agent,
    key: taskId,
    method: "wake",
    parameter: { v: COMMAND_VERSION, ...notice },
    inputSerde: jsonOf(),
  });
}
