// Owns the object `holdfast.audit`, one per task of an app with an audit sink: it gives the sink
// every event of the task's log, in order and without gaps, and knows how far the sink is (F40).
// One writer per log is what keeps the order; what is read and written is the port's.
import type { ObjectContext, ObjectSharedContext } from "@restatedev/restate-sdk";
import { handlers, object, serde } from "@restatedev/restate-sdk";
import type { AuditNote, AuditPosition, PushEvents } from "../../contract/audit.ts";
import { AUDIT_SERVICE, AUDIT_VERSION, auditedTask } from "../../contract/audit.ts";
import { answerJson } from "../../contract/readable.ts";
import type { AuditState } from "../../core/audit/audit-state.ts";
import { afterPush, auditPause, NOTHING_PUSHED, positionOf } from "../../core/audit/audit-state.ts";
import { checkLogKey } from "../../handler/check-log-key.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { RETRY_FOREVER } from "../../handler/retry.ts";

const STATE = "audit";
/** Attempts that fail are values with pauses of their own; the retries are for crashes and the engine. */
const PRIVATE = {
  ingressPrivate: true,
  input: jsonOf<AuditNote>(),
  retryPolicy: RETRY_FOREVER,
  journalRetention: 0,
} as const;
/** Callable by whoever reaches the ingress, such as a tool's service: it can do no harm. */
const PUBLIC = {
  accept: "*/*",
  input: serde.binary,
  output: answerJson<AuditPosition>(),
  retryPolicy: RETRY_FOREVER,
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
        keepAbreast(ctx, push, "note"),
      ),
      retry: handlers.object.exclusive(PRIVATE, (ctx: ObjectContext) =>
        keepAbreast(ctx, push, "retry"),
      ),
      flush: handlers.object.exclusive(PUBLIC, async (ctx: ObjectContext) => {
        checkLogKey(ctx.key);
        return positionOf(await keepAbreast(ctx, push, "flush"));
      }),
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
  why: "note" | "retry" | "flush",
): Promise<AuditState> {
  const task = auditedTask(ctx.key);
  const loaded = await load(ctx);
  let state = why === "retry" ? { ...loaded, retrying: false } : loaded;
  for (;;) {
    const { taskUid, acknowledged } = state;
    const pushed = await ctx.run("push", () => push(task, { taskUid, acknowledged }));
    state = afterPush(state, pushed);
    if (pushed.outcome === "kept" && pushed.more) continue;
    // Perhaps there is no such task: a caller's words leave no state and no timer. The log's own note does.
    if (why === "flush" && state.taskUid === undefined) return state;
    if (pushed.outcome === "failed" && !state.retrying) {
      state = { ...state, retrying: true };
      ctx.genericSend<AuditNote>({
        service: AUDIT_SERVICE,
        key: ctx.key,
        method: "retry",
        parameter: { v: AUDIT_VERSION },
        inputSerde: jsonOf<AuditNote>(),
        delay: auditPause(state.failures),
      });
    }
    ctx.set(STATE, state, stateSerde);
    return state;
  }
}

const stateSerde = jsonOf<AuditState>();
