// Owns the hand-written object that control and waits are measured against: one invocation does the
// work and waits inside, and a command reaches it by a signal. What a good engineer writes first: it
// keeps no log, and whoever waits keeps an invocation of it open, bound to its deployment.
import {
  type Context,
  handlers,
  InvocationIdParser,
  object,
  type ObjectContext,
  type ObjectSharedContext,
  RestatePromise,
  service,
} from "@restatedev/restate-sdk";
import { longCall } from "./long-call.ts";
import { mark } from "./marks.ts";
import type { Orders } from "./orders.ts";
import { reply } from "./scripted-model.ts";

interface Said {
  readonly verb: string;
  readonly applied: string;
}

const SECOND = 1_000;
const PROVIDER_PAUSE_MS = 25 * SECOND;

export const baselineSlow = service({
  name: "BaselineSlow",
  handlers: {
    execute: (ctx: Context, { label }: Orders) =>
      ctx.run("execute", () => longCall("tool", label, ctx.request().attemptCompletedSignal)),
  },
});

export const baselineControl = object({
  name: "BaselineControl",
  handlers: {
    /** One thing that takes long, until a command ends it. */
    work: async (ctx: ObjectContext, orders: Orders): Promise<void> => {
      ctx.set("invocation", ctx.request().id);
      ctx.set("status", "running");
      const command = ctx.signal<Said>("command");
      const { done, stop } = inFlight(ctx, orders);
      const first = await RestatePromise.race([done.map(() => undefined), command]);
      if (first === undefined) return;
      await stop?.();
      ctx.set("status", first.verb);
      ctx.resolveAwakeable(first.applied, "applied");
    },
    command: handlers.object.shared(
      async (ctx: ObjectSharedContext, { verb }: Pick<Said, "verb">): Promise<string> => {
        const running = await ctx.get<string>("invocation");
        const { id: applied, promise } = ctx.awakeable<string>();
        ctx
          .invocation(InvocationIdParser.fromString(running ?? ""))
          .signal<Said>("command")
          .resolve({ verb, applied });
        return promise;
      },
    ),
    /** Waits for something from outside, and goes on with the next action. */
    wait: async (ctx: ObjectContext, orders: Orders): Promise<void> => {
      const { id, promise } = ctx.awakeable();
      ctx.set("awakeable", id);
      await promise;
      await ctx.run("model-call", () => reply(orders, orders.steps, "look-up"));
    },
    awakeable: handlers.object.shared((ctx: ObjectSharedContext) => ctx.get<string>("awakeable")),
  },
  options: {
    enableLazyState: true,
    journalRetention: 60 * SECOND,
    // As the runtime's: what waits is not kept in memory.
    inactivityTimeout: SECOND,
  },
});

interface InFlight {
  readonly done: RestatePromise<unknown>;
  /** An action stops with its handler. */
  stop?(): Promise<void>;
}

function inFlight(ctx: ObjectContext, orders: Orders): InFlight {
  if (orders.stop === "tool") {
    const call = ctx.serviceClient(baselineSlow).execute(orders);
    return { done: call, stop: async () => ctx.invocation(await call.invocationId).cancel() };
  }
  if (orders.stop === "pause") {
    mark("model", orders.label, 0);
    return { done: ctx.sleep(PROVIDER_PAUSE_MS) };
  }
  const { attemptCompletedSignal } = ctx.request();
  const call = () => longCall("model", orders.label, attemptCompletedSignal);
  return { done: ctx.run("model-call", call) };
}
