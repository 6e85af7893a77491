// Owns how the events of a call's outcome, known or not, change a head: what returned, what is
// unknown, what is tried again, and what is undone. The rest of the table is in reduce.ts.
import type { EventData } from "../contract/event.ts";
import type { ReducersOf } from "./change-head.ts";
import { changeOperation, dropOperation, withStatus, withTurn } from "./change-head.ts";
import { doubtOf } from "./doubt.ts";
import { EFFECT_POLICY } from "./effect-policy.ts";
import { afterChildCall } from "./reduce-children.ts";
import { afterWait, isWaitEnd } from "./reduce-waits.ts";
import { noteResult } from "./repeated-calls.ts";
import type { OpenOperation, TaskHead } from "./task-head.ts";
import { withNews } from "./wait/background.ts";

/** Entries of a compensation's report that the head keeps. */
const REPORTED = 64;
/** Characters of a reason that the head keeps; the log has all of it. */
const REASON_LENGTH = 256;

type EffectEvent =
  | "call.repeated"
  | "call.blocked"
  | "tool.returned"
  | "effect.reconciled"
  | "effect.stated"
  | "reconcile.requested"
  | "effect.compensated"
  | "compensation.blocked"
  | "rollback.requested"
  | "task.rolled-back";

export const EFFECT_REDUCERS: ReducersOf<EffectEvent> = {
  "call.repeated": (head, data, event) => {
    const isBefore = (each: OpenOperation): boolean =>
      each.step === data.step && each.ordinal === data.ordinal;
    const before = head.operations.find(isBefore);
    const next = nextAttempt(before, data, event.at);
    const operations =
      before === undefined
        ? [...head.operations, next]
        : head.operations.map((each) => (isBefore(each) ? next : each));
    return { ...head, operations };
  },
  "call.blocked": (head, { operationId, code, reason, retryAt }, event) =>
    retryAt === undefined
      ? head
      : changeOperation(head, operationId, (each) => ({
          ...each,
          state: "blocked",
          since: event.at,
          block: { code, reason: reason.slice(0, REASON_LENGTH), retryAt },
          blocks: (each.blocks ?? 0) + 1,
        })),
  "tool.returned": (head, data, event) => {
    const counted = count(head, data);
    const policy = EFFECT_POLICY[data.effect];
    if (data.outcome === "unknown") {
      return policy.repeatable
        ? dropOperation(counted, data.operationId)
        : changeOperation(counted, data.operationId, (each) => doubted(each, data, event.at));
    }
    // While a call waited, others may have changed the world; to be asked what is open is no wait.
    const changes = policy.changes || (isWaitEnd(data) && data.via !== "operations");
    const noted = noteResult(counted.turn.repeats, data, changes);
    const endedBy =
      data.outcome === "ok" && data.endsTask ? { endedBy: data.tool, endedSeq: event.seq } : {};
    const closed = withNews(afterChildCall(counted, data));
    return withTurn(dropOperation(closed, data.operationId), { repeats: noted, ...endedBy });
  },
  // An answer that settles something is followed by the event that does.
  "effect.reconciled": (head, { operationId, n, askAt }) =>
    changeOperation(head, operationId, (each) => {
      const { askAt: _, ...doubt } = doubtOf(each);
      const next = askAt === undefined ? {} : { askAt };
      return { ...each, doubt: { ...doubt, asked: n, ...next } };
    }),
  "effect.stated": (head, { operationId, outcome }, event) =>
    outcome === "applied"
      ? head
      : changeOperation(head, operationId, (each) => {
          const doubt = doubtOf(each);
          const askAt = Math.max(doubt.notBefore ?? 0, event.at);
          return { ...each, doubt: { ...doubt, askAt, statedSeq: event.seq } };
        }),
  "reconcile.requested": (head, { operationId }, event) =>
    changeOperation(head, operationId, (each) => ({
      ...each,
      doubt: { ...doubtOf(each), askAt: event.at },
    })),
  "effect.compensated": (head, { n, operationId, tool, outcome }) => {
    if (head.compensation === undefined) return head;
    const { blocked: _, ...compensation } = head.compensation;
    const effects = [...compensation.effects, { operationId, tool, outcome }].slice(-REPORTED);
    const tally = { ...compensation, effects, [outcome]: compensation[outcome] + 1 };
    return { ...head, effects: n - 1, compensation: tally };
  },
  "compensation.blocked": (head, { code, reason, retryAt }) => {
    const { compensation } = head;
    if (compensation === undefined) return head;
    const times = (compensation.blocked?.times ?? 0) + 1;
    const blocked = { code, reason: reason.slice(0, REASON_LENGTH), retryAt, times };
    return { ...head, compensation: { ...compensation, blocked } };
  },
  "rollback.requested": (head) => ({
    ...withStatus(head, "queued"),
    park: { number: head.park.number },
    compensation: { for: "rollback", ...NOTHING_UNDONE },
  }),
  "task.rolled-back": (before) => {
    const { compensation: _, effects: __, ...head } = before;
    // A message may have opened a turn meanwhile.
    return head.turn.open ? head : withStatus(head, "idle");
  },
};

export const NOTHING_UNDONE = { undone: 0, committed: 0, unknown: 0, effects: [] } as const;

/** What is found or stated later took no time of the turn and was no further call. */
function count(head: TaskHead, data: EventData["tool.returned"]): TaskHead {
  if (data.outcome !== "unknown" && data.via !== undefined)
    return withEffect(afterWait(head, data), data);
  const { turn, usage } = head;
  const timed = withTurn(head, { activeMs: turn.activeMs + data.durationMs });
  return withEffect({ ...timed, usage: { ...usage, toolCalls: usage.toolCalls + 1 } }, data);
}

function withEffect(head: TaskHead, data: EventData["tool.returned"]): TaskHead {
  const n = data.outcome === "ok" ? data.compensable?.n : undefined;
  return n === undefined ? head : { ...head, effects: n };
}

function doubted(
  operation: OpenOperation,
  { reason, notBefore }: { readonly reason: string; readonly notBefore?: number },
  at: number,
): OpenOperation {
  const until = notBefore === undefined ? {} : { notBefore };
  const doubt = { reason: reason.slice(0, REASON_LENGTH), ...until, asked: 0, askAt: at };
  return { ...operation, state: "unknown", since: at, doubt };
}

function nextAttempt(
  before: OpenOperation | undefined,
  { approvedAs, ...data }: EventData["call.repeated"],
  since: number,
): OpenOperation {
  const approval = approvedAs === undefined ? undefined : before?.approval;
  const failures = (before?.failures ?? 0) + (before?.state === "unknown" ? 1 : 0);
  const gated = before?.gated === true;
  return {
    ...data,
    // Without an approval that allows this attempt too, a person is asked first (R96).
    state: gated && approval === undefined ? "proposing" : "ready",
    since,
    ...(gated ? { gated } : {}),
    ...(before?.price === undefined ? {} : { price: before.price }),
    ...(approval === undefined || approvedAs === undefined
      ? {}
      : { approval: { ...approval, approvedAs } }),
    ...(before?.staleSeq === undefined ? {} : { staleSeq: before.staleSeq }),
    ...(before?.blocks === undefined ? {} : { blocks: before.blocks }),
    ...(failures === 0 ? {} : { failures }),
  };
}
