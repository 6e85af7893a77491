// Owns a constructed head in each status, with what its explanation is to say of the first blocker.
import type { TaskStatus } from "../../../contract/status.ts";
import { mayActUntil } from "../../../core/doubt.ts";
import type { OpenOperation, TaskHead } from "../../../core/task-head.ts";
import { NO_TURN } from "../../../core/task-head.ts";
import { newHead } from "../../../core/transition/message.ts";
import { NEW_TASK } from "../../core/core-task.ts";

export const T = 1_000_000;
const OPEN = { ...NO_TURN, number: 1, open: true } as const;

export function headIn(status: TaskStatus, more: Partial<TaskHead> = {}): TaskHead {
  const times = { createdAt: T, updatedAt: T + 9_000, since: T + 5_000, progressAt: T + 3_000 };
  return { ...newHead(NEW_TASK), ...times, owner: "ann", turn: OPEN, status, ...more };
}

export function operation(
  state: OpenOperation["state"],
  more: Partial<OpenOperation> = {},
): OpenOperation {
  return {
    operationId: "uid-1/1/0/1",
    step: 1,
    ordinal: 0,
    callId: "c",
    tool: "pay",
    attempt: 1,
    state,
    toolVersion: "1",
    effect: "financial",
    argumentsDigest: "d",
    answerSeq: 1,
    since: T + 4_000,
    ...more,
  };
}

export const wait = (kind: "event" | "timer" | "child" | "question") =>
  operation("waiting", { wait: { kind, endsAt: T + 60_000, seq: 2 } });
export const WAKE = { park: { number: 1, wakeAt: T + 50_000 } };
export const HOLD = {
  reason: "let me look",
  by: "olga",
  at: T + 6_000,
  from: "waiting-tool",
} as const;

/** What is expected of the first blocker; `verb` is the first remedy's. */
interface Row {
  readonly head: TaskHead;
  readonly kind: string;
  readonly what: string;
  readonly since: number;
  readonly until?: number;
  readonly who: object;
  readonly verb?: string;
}

const OPERATOR = { kind: "operator" };
const RUNTIME = { kind: "runtime" };
const denied = {
  budget: "tenant/acme",
  level: "tenant",
  dimension: "tokens",
  limit: 1,
  used: 1,
  reserved: 0,
  needed: 1,
} as never;

export const ROWS: Readonly<Record<TaskStatus, Row>> = {
  queued: row("queued", {}, ["queue", "segment", 5, undefined, RUNTIME, "recover"]),
  running: row("running", {}, ["segment", "step 1", 5, T + 5_000 + 600_000, RUNTIME, "send"]),
  idle: row("idle", { turn: NO_TURN }, [
    "message",
    "a message",
    5,
    undefined,
    { kind: "user" },
    "send",
  ]),
  failed: row("failed", { turn: NO_TURN, reason: "step_limit" }, [
    "failure",
    "step_limit",
    5,
    undefined,
    { kind: "owner", names: ["ann"] },
    "retry",
  ]),
  "waiting-tool": row("waiting-tool", { operations: [operation("issued")], ...WAKE }, [
    "tool",
    "pay is at work",
    4,
    T + 4_000 + 70_000,
    { kind: "runtime", names: ["tools.pay"] },
    "send",
  ]),
  "waiting-approval": row("waiting-approval", { operations: [operation("approval-open")] }, [
    "approval",
    "a decision on pay",
    4,
    undefined,
    { kind: "deciders" },
    "withdraw",
  ]),
  "waiting-event": row("waiting-event", { operations: [wait("event")], ...WAKE }, [
    "event",
    "an event",
    4,
    T + 60_000,
    { kind: "outside" },
    "publish",
  ]),
  "waiting-timer": row("waiting-timer", { operations: [wait("timer")], ...WAKE }, [
    "timer",
    "a time",
    4,
    T + 60_000,
    RUNTIME,
    "withdraw",
  ]),
  "waiting-child": row("waiting-child", { operations: [wait("child")], ...WAKE }, [
    "child",
    "a child task",
    4,
    T + 60_000,
    RUNTIME,
    "withdraw",
  ]),
  "waiting-auth": row("waiting-auth", { operations: [blocked("credential")], ...WAKE }, [
    "credential",
    "no key",
    4,
    T + 30_000,
    OPERATOR,
    "retry",
  ]),
  "waiting-provider": row("waiting-provider", { reason: "overloaded", ...WAKE }, [
    "provider",
    "overloaded",
    3,
    T + 50_000,
    { kind: "runtime", names: ["the provider"] },
    "retry",
  ]),
  "waiting-budget": row("waiting-budget", { budget: { next: 1, unsent: [], denied }, ...WAKE }, [
    "budget",
    "tokens of the budget tenant/acme",
    3,
    T + 50_000,
    OPERATOR,
    "limit",
  ]),
  "waiting-reconcile": row("waiting-reconcile", { operations: [operation("unknown")] }, [
    "unknown-effect",
    "pay took effect",
    4,
    mayActUntil(undefined, T + 4_000),
    { kind: "owner", names: ["ann"] },
    "settle",
  ]),
  stale: row("stale", { operations: [operation("approval-open")] }, [
    "approval",
    "a decision on pay",
    4,
    undefined,
    { kind: "deciders" },
    "withdraw",
  ]),
  paused: row("paused", { hold: { kind: "paused", ...HOLD }, operations: [operation("issued")] }, [
    "hold",
    "let me look",
    6,
    undefined,
    { kind: "operator", names: ["olga"] },
    "resume",
  ]),
  quarantined: row("quarantined", { hold: { kind: "quarantined", ...HOLD } }, [
    "hold",
    "quarantined",
    6,
    undefined,
    { kind: "operator", names: ["olga"] },
    "resume",
  ]),
  "needs-operator": row("needs-operator", { reason: "no worker serves: tools.pay", ...WAKE }, [
    "operator",
    "tools.pay",
    5,
    T + 50_000,
    OPERATOR,
    "retry",
  ]),
  cancelling: row("cancelling", { cancelling: true }, [
    "settling",
    "in flight",
    5,
    undefined,
    RUNTIME,
    "retry",
  ]),
  completed: over("completed"),
  cancelled: over("cancelled"),
  killed: over("killed"),
  retired: over("retired"),
};

function blocked(code: "credential" | "stopped"): OpenOperation {
  return operation("blocked", { block: { code, reason: "no key", retryAt: T + 30_000 } });
}

function row(
  status: TaskStatus,
  more: Partial<TaskHead>,
  [kind, what, sinceS, until, who, verb]: readonly [
    string,
    string,
    number,
    number | undefined,
    object,
    string?,
  ],
): Row {
  return {
    head: headIn(status, more),
    kind,
    what,
    since: T + sinceS * 1_000,
    ...(until === undefined ? {} : { until }),
    who,
    ...(verb === undefined ? {} : { verb }),
  };
}

function over(status: TaskStatus): Row {
  return row(status, { turn: NO_TURN }, ["end", status, 5, undefined, { kind: "nobody" }]);
}
