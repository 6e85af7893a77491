// Owns the object `holdfast.audit`, one per task of an app with an audit sink: it gives the sink
// every event of the task's log, in order and without gaps, and knows how far the sink is (F40).
// One writer per log is what keeps the order; what is read and written is the port's.
import type { ObjectContext, ObjectSharedContext, Serde } from "@restatedev/restate-sdk";
import { handlers, object, serde } from "@restatedev/restate-sdk";
import type { AuditNote, AuditPosition, PushEvents } from "../../contract/audit.ts";
import { AUDIT_SERVICE, AUDIT_VERSION, auditedTask } from "../../contract/audit.ts";
import { answerJson } from "../../contract/readable.ts";
import type { AuditState } from "../../core/audit/audit-state.ts";
import { afterPush, auditPause, NOTHING_PUSHED, positionOf } from "../../core/audit/audit-state.ts";

const STATE = "audit";
/** Attempts that fail are values with pauses of their own; this is for crashes and the engine. */
const RETRY = {
  initialInterval: 100,
  maxInterval: 2_000,
  exponentiationFactor: 2,
  maxAttempts: Number.MAX_SAFE_INTEGER,
};
const PRIVATE = {
  ingressPrivate: true,
  input: serde.json as Serde<AuditNote>,
  retryPolicy: RETRY,
  journalRetention: 0,
} as const;
/** Callable by whoever reaches the ingress, such as a tool's service: it can do no harm. */
const PUBLIC = {
  accept: "*/*",
  input: serde.binary,
  output: answerJson<AuditPosition>(),
  retryPolicy: RETRY,
  journalRetention: 0,
  idempotencyRetention: 0,
} as const;

export function createAuditObject(push: PushEvents) {
  return object({
    name: AUDIT_SERVICE,
    description: "How far the audit sink is with a task's log; keyed by agent and task ID.",
    options: { enableLazyState: true },
    handlers: {
      /** The log has grown. */
      note: handlers.object.exclusive(PRIVATE, (ctx: ObjectContext) =>
        keepAbreast(ctx, push, false),
      ),
      retry: handlers.object.exclusive(PRIVATE, (ctx: ObjectContext) =>
        keepAbreast(ctx, push, true),
      ),
      flush: handlers.object.exclusive(PUBLIC, async (ctx: ObjectContext) =>
        positionOf(await keepAbreast(ctx, push, false)),
      ),
      show: handlers.object.shared(PUBLIC, async (ctx: ObjectSharedContext) =>
        positionOf(await load(ctx)),
      ),
    },
  });
}

async function load(ctx: ObjectSharedContext): Promise<AuditState> {
  return (await ctx.get(STATE, stateSerde)) ?? NOTHING_PUSHED;
}

/** Pushes up to the end of the log, or until an attempt fails, which is made again later. */
async function keepAbreast(
  ctx: ObjectContext,
  push: PushEvents,
  isRetry: boolean,
): Promise<AuditState> {
  const task = auditedTask(ctx.key);
  const loaded = await load(ctx);
  let state = isRetry ? { ...loaded, retrying: false } : loaded;
  for (;;) {
    const { taskUid, acknowledged } = state;
    const pushed = await ctx.run("push", () => push(task, { taskUid, acknowledged }));
    state = afterPush(state, pushed);
    if (pushed.outcome === "kept" && pushed.more) continue;
    if (pushed.outcome === "failed" && !state.retrying) {
      state = { ...state, retrying: true };
      ctx.genericSend<AuditNote>({
        service: AUDIT_SERVICE,
        key: ctx.key,
        method: "retry",
        parameter: { v: AUDIT_VERSION },
        inputSerde: serde.json as Serde<AuditNote>,
        delay: auditPause(state.failures),
      });
    }
    ctx.set(STATE, state, stateSerde);
    return state;
  }
}

const stateSerde = serde.json as Serde<AuditState>;
