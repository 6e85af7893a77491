// Owns something that waits as a task does: subscribes at an inbox, is woken, and may wait again.
import type { ObjectContext, ObjectSharedContext, Serde } from "@restatedev/restate-sdk";
import { handlers, object, serde } from "@restatedev/restate-sdk";
import type { EventNotice, Subscribe, Unsubscribe } from "../../../contract/inbox.ts";
import { INBOX_SERVICE, INBOX_VERSION, inboxKey } from "../../../contract/inbox.ts";

export const WATCHER = "watcher";

/** Body of `watch` and `leave`. */
export interface Watch {
  readonly topic: string;
  readonly key: string;
  readonly tenant?: string;
  readonly operationId: string;
  readonly until?: number;
  /** How often it waits again once it was woken, under another operation id. */
  readonly again?: number;
}

function jsonOf<T>(): Serde<T> {
  return serde.json as Serde<T>;
}

function tellInbox<T>(ctx: ObjectContext, watch: Watch, method: string, parameter: T): void {
  const key = inboxKey(watch.tenant, watch.topic, watch.key);
  ctx.genericSend<T>({ service: INBOX_SERVICE, key, method, parameter, inputSerde: jsonOf() });
}

function subscribe(ctx: ObjectContext, watch: Watch): void {
  const { operationId, until } = watch;
  tellInbox<Subscribe>(ctx, watch, "subscribe", {
    v: INBOX_VERSION,
    agent: WATCHER,
    taskId: ctx.key,
    operationId,
    ...(until === undefined ? {} : { until }),
  });
}

export const watcher = object({
  name: WATCHER,
  handlers: {
    watch: handlers.object.exclusive(
      { input: jsonOf<Watch>() },
      async (ctx: ObjectContext, watch) => {
        ctx.set(`watch/${watch.operationId}`, watch);
        subscribe(ctx, watch);
      },
    ),
    leave: handlers.object.exclusive(
      { input: jsonOf<Watch>() },
      async (ctx: ObjectContext, watch) => {
        const { operationId } = watch;
        tellInbox<Unsubscribe>(ctx, watch, "unsubscribe", { v: INBOX_VERSION, operationId });
      },
    ),
    wake: handlers.object.exclusive(
      { ingressPrivate: true, input: jsonOf<EventNotice>() },
      async (ctx: ObjectContext, notice) => {
        const wakes = (await ctx.get<readonly EventNotice[]>("wakes")) ?? [];
        ctx.set("wakes", [...wakes, notice]);
        const watch = await ctx.get<Watch>(`watch/${notice.operationId}`);
        if (watch === null || (watch.again ?? 0) === 0) return;
        const again = (watch.again ?? 0) - 1;
        const next = { ...watch, again, operationId: `${ctx.key} again ${again}` };
        ctx.set(`watch/${next.operationId}`, next);
        subscribe(ctx, next);
      },
    ),
    wakes: handlers.object.shared({}, async (ctx: ObjectSharedContext) => {
      return (await ctx.get<readonly EventNotice[]>("wakes")) ?? [];
    }),
  },
});
