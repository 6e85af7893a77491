// Owns what one open operation of a task waits for: what, until when, who can bring it on, and how.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { ApprovalClaim } from "../../contract/approval.ts";
import type { Blocker, BlockerKind, Remedy, Unblocker } from "../../contract/explanation.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { isoTime } from "../../contract/iso-time.ts";
import type { BlockCode } from "../../contract/tool.ts";
import { decidersOf } from "../approval/authority.ts";
import { askTime, doubtOf, toolOf } from "../doubt.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";
import { isWaiting, waitIn, type WaitingOperation } from "../wait/wait-terms.ts";
import { decideOn, liftStop, onTask, publishEvent } from "./remedy.ts";

/** What an explanation is made from, beside the head. */
export interface Sources {
  /** Absent where no worker of its agent answers. */
  readonly agent?: AgentDefinition;
  readonly eventAt: (seq: number) => TaskEvent | undefined;
}

/** Positions of the events that explain an operation. */
export function seqsOf({ approval, wait }: OpenOperation): readonly number[] {
  return [approval?.seq, wait?.seq].filter((each) => each !== undefined);
}

interface Said {
  readonly kind: BlockerKind;
  readonly what: string;
  readonly until?: number | undefined;
  readonly who: Unblocker;
  readonly how: readonly Remedy[];
}

export function explainOperation(
  head: TaskHead,
  operation: OpenOperation,
  sources: Sources,
): Blocker {
  const { operationId, tool, since } = operation;
  const { until, ...said } = sayOf(head, operation, sources);
  return { ...said, operationId, tool, since, ...(until === undefined ? {} : { until }) };
}

function sayOf(head: TaskHead, operation: OpenOperation, sources: Sources): Said {
  if (isWaiting(operation)) return waiting(head, operation, sources);
  switch (operation.state) {
    case "unknown":
      return unknown(head, operation, sources);
    case "blocked":
      return blocked(head, operation);
    case "approval-requested":
    case "approval-open":
      return asked(head, operation, sources);
    case "ready":
    case "issued":
    case "proposing":
    case "waiting":
      return called(head, operation, sources);
  }
}

function unknown(head: TaskHead, operation: OpenOperation, { agent }: Sources): Said {
  const { operationId, tool } = operation;
  const { reason, notBefore } = doubtOf(operation);
  const askAt = askTime(operation, agent && toolOf(agent, operation));
  const settle = onTask(head, "settle", { operationId, outcome: "applied or not-applied" });
  return {
    kind: "unknown-effect",
    what: `nobody knows whether ${tool} took effect (${reason})`,
    until: askAt === undefined ? notBefore : Math.max(askAt, notBefore ?? 0),
    who: people(head),
    how: askAt === undefined ? [settle] : [settle, onTask(head, "retry", { operationId })],
  };
}

function blocked(head: TaskHead, { operationId, tool, block }: OpenOperation): Said {
  const { code = "stopped", reason = "", retryAt } = block ?? {};
  const retry = onTask(head, "retry", { operationId });
  return {
    kind: BLOCKED_BY[code],
    what: `${tool} was kept from starting: ${reason}`,
    until: retryAt,
    who: { kind: "operator" },
    how: code === "stopped" ? [liftStop(), retry] : [retry],
  };
}

const BLOCKED_BY: Readonly<Record<BlockCode, BlockerKind>> = {
  credential: "credential",
  audit: "audit",
  busy: "worker",
  stopped: "stop",
  stale: "stale",
  denied: "operator",
  cancelled: "operator",
};

function asked(head: TaskHead, operation: OpenOperation, { eventAt }: Sources): Said {
  const { tool, approval: part, operationId } = operation;
  const requested = part === undefined ? undefined : eventAt(part.seq);
  const withdraw = onTask(head, "withdraw", { operationId });
  if (part === undefined || requested?.type !== "approval.requested")
    return { kind: "approval", what: `a decision on ${tool}`, who: DECIDERS, how: [withdraw] };
  const { approvalId, rule, expiresAt } = requested.data;
  const names = decidersOf({ rule, rungs: part.rungs ?? 0 });
  const left = rule.quorum - (part.approvals ?? 0);
  return {
    kind: "approval",
    what: `a decision on ${tool}${left > 1 ? ` by ${left} persons` : ""}${claimText(part)}`,
    until: expiresAt,
    who: { ...DECIDERS, names },
    how: [decideOn(approvalId, part.digest), withdraw],
  };
}

/** Who looks at it: with its end, since nobody here knows the time. */
export function claimText({ claim }: { readonly claim?: ApprovalClaim }): string {
  return claim === undefined ? "" : ` (${claim.by} has claimed it until ${isoTime(claim.until)})`;
}

const DECIDERS = { kind: "deciders" } as const;

function waiting(
  head: TaskHead,
  { operationId, ordinal, tool, wait }: WaitingOperation,
  { eventAt }: Sources,
): Said {
  const terms = waitIn(eventAt(wait.seq), ordinal);
  const withdraw = onTask(head, "withdraw", { operationId });
  const until = wait.endsAt;
  switch (wait.kind) {
    case "timer":
      return { kind: "timer", what: `a time, for ${tool}`, until, who: RUNTIME, how: [withdraw] };
    case "question": {
      const answer = onTask(head, "answer", { operationId });
      return {
        kind: "question",
        what: `an answer to the question of ${tool}`,
        until,
        who: people(head),
        how: [answer, withdraw],
      };
    }
    case "event": {
      const { topic, key } = terms?.kind === "event" ? terms : { topic: "?", key: "?" };
      return {
        kind: "event",
        what: `an event of topic ${topic} with key ${key}`,
        until,
        who: { kind: "outside", names: [topic] },
        how: [publishEvent(topic, key), withdraw],
      };
    }
    case "child": {
      const child = terms?.kind === "child" ? terms : undefined;
      return {
        kind: "child",
        what: child === undefined ? "a child task" : `child task ${child.taskId} of ${child.agent}`,
        until,
        who: { kind: "runtime", ...(child === undefined ? {} : { names: [child.agent] }) },
        how: [...(child === undefined ? [] : [onTask(child, "explain")]), withdraw],
      };
    }
    case "operations":
      return {
        kind: "operations",
        what: `operations in the background, for ${tool}`,
        until,
        who: RUNTIME,
        how: [withdraw],
      };
  }
}

const RUNTIME = { kind: "runtime" } as const;

function called(head: TaskHead, operation: OpenOperation, { agent }: Sources): Said {
  const { tool, state, since } = operation;
  const definition = agent && toolOf(agent, operation);
  const takes = definition === undefined ? 0 : definition.startDeadlineMs + definition.timeoutMs;
  return {
    kind: "tool",
    what: state === "ready" ? `${tool} is to be called` : `${tool} is at work`,
    until: takes === 0 ? undefined : since + takes,
    who: { kind: "runtime", names: [`tools.${tool}`] },
    how: [onTask(head, "send", { mode: "interrupt" }), onTask(head, "cancel")],
  };
}

/** Who answers for the task: its owner, or else an operator. */
export function people({ owner }: Pick<TaskHead, "owner">): Unblocker {
  return owner === undefined ? { kind: "operator" } : { kind: "owner", names: [owner] };
}
