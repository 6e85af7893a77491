// Owns the audit sink in memory: it is given the log as on a server, in order and without gaps, and
// effects wait for it as there. A sink that fails is tried again in virtual time.
import type { AuditGate, AuditPosition } from "../../contract/audit.ts";
import { afterPush, auditPause, NOTHING_PUSHED, positionOf } from "../../core/audit/audit-state.ts";
import type { AppOptions } from "../../services/app-options.ts";
import { createPushEvents } from "../../services/audit-sink/push-events.ts";
import type { MemoryTask } from "./memory-task.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** As in the options of an app. */
export type AuditSettings = Pick<AppOptions, "auditSink" | "requireSinkFor">;

export interface MemoryAudit {
  /** The log may have grown. */
  note(): void;
  /** Undefined where no effect waits for the sink. */
  readonly gate: AuditGate | undefined;
}

/** Undefined without a sink. */
export function createMemoryAudit(
  { auditSink, requireSinkFor: classes = [] }: AuditSettings,
  clock: VirtualClock,
  task: () => MemoryTask | undefined,
): MemoryAudit | undefined {
  if (auditSink === undefined) return undefined;
  const push = createPushEvents(auditSink, async (_, after) => pageOf(task(), after));
  let state = NOTHING_PUSHED;
  let queue: Promise<unknown> = Promise.resolve();
  let noted = false;

  // One after the other, as on an object.
  const keepAbreast = (): Promise<AuditPosition> => {
    const done = queue.then(() => clock.work(pushOnce));
    queue = done;
    return done;
  };
  const pushOnce = async (): Promise<AuditPosition> => {
    noted = false;
    const { taskId = "", agent = "" } = task()?.head ?? {};
    const pushed = await push({ agent, taskId }, state);
    state = afterPush(state, pushed);
    if (pushed.outcome === "failed" && !state.retrying) {
      state = { ...state, retrying: true };
      void clock.sleep(auditPause(state.failures)).then(retry);
    }
    return positionOf(state);
  };
  const retry = (): Promise<AuditPosition> => {
    state = { ...state, retrying: false };
    return keepAbreast();
  };

  return {
    note: () => {
      if (noted) return;
      noted = true;
      void keepAbreast();
    },
    gate: classes.length === 0 ? undefined : { classes, flush: keepAbreast },
  };
}

function pageOf(task: MemoryTask | undefined, after: number) {
  if (task === undefined) return undefined;
  const { log, head } = task;
  const events = log.slice(after + 1);
  return { taskUid: head.taskUid, events, cursor: log.length - 1, more: false };
}
