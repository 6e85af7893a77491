// Owns what keeps a task from moving, the gravest first: what its status says of it, and then what
// each open operation waits for.
import type { Blocker, Unblocker } from "../../contract/explanation.ts";
import type { TaskStatus } from "../../contract/status.ts";
import { hasEnded } from "../../contract/status.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";
import { causesOf } from "../control/hold.ts";
import { hasForeground } from "../wait/background.ts";
import { claimText, explainOperation, people, type Sources } from "./explain-operation.ts";
import { explainReview } from "./explain-review.ts";
import { changeBudget, decideOn, kill, liftStop, onTask } from "./remedy.ts";

export function blockersOf(head: TaskHead, sources: Sources): readonly [Blocker, ...Blocker[]] {
  const operations = head.operations
    .toSorted((one, other) => gravity(one) - gravity(other))
    .map((each) => explainOperation(head, each, sources));
  const all = [...held(head), ...ofStatus(head, sources), ...explainReview(head), ...operations];
  const [first, ...rest] = all;
  return [first ?? atWork(head, sources), ...rest];
}

/** As a task says what it waits for: core/park.ts. */
function gravity({ state, block, wait }: OpenOperation): number {
  if (state === "unknown") return 0;
  if (state === "blocked") return block?.code === "credential" ? 1 : 2;
  if (state.startsWith("approval-")) return 3;
  if (wait === undefined) return 8;
  const kinds = ["question", "child", "event", "timer", "operations"] as const;
  return 4 + kinds.indexOf(wait.kind);
}

/** A hold, above whatever the task waits for without it. */
function held(head: TaskHead): readonly Blocker[] {
  const { hold, parent } = head;
  if (hold === undefined) return [];
  const { kind, by, reason, at } = hold;
  const who = by === undefined ? OPERATOR : { ...OPERATOR, names: [by] };
  const what = `somebody to lift the hold: it is ${kind} (${reason})`;
  // Held with its parent alone, it is resumed there.
  const isOwn = causesOf(hold).own !== undefined;
  const how = [onTask(isOwn ? head : (parent ?? head), "resume"), onTask(head, "cancel")];
  return [{ kind: "hold", what, since: at, who, how }];
}

const OPERATOR: Unblocker = { kind: "operator" };
const RUNTIME: Unblocker = { kind: "runtime" };

/** What the status alone stands for; nothing where an operation says it. */
function ofStatus(head: TaskHead, sources: Sources): readonly Blocker[] {
  const status = head.hold?.from ?? head.status;
  if (hasEnded(status)) return [over(head, status)];
  return OF_STATUS[status]?.(head, sources) ?? longUndoing(head);
}

type OfStatus = (head: TaskHead, sources: Sources) => readonly Blocker[];

const OF_STATUS: Partial<Record<TaskStatus, OfStatus>> = {
  idle: (head) => [rested(head, "idle")],
  failed: (head) => [rested(head, "failed")],
  queued: (head) => (head.hold === undefined ? [queued(head)] : []),
  running: (head, sources) =>
    !hasForeground(head) && head.hold === undefined ? [atWork(head, sources)] : [],
  cancelling: (head) => [settling(head)],
  "needs-operator": (head) => [needsOperator(head)],
  "waiting-provider": (head) => [provider(head)],
  "waiting-budget": (head) => [budget(head)],
  paused: (head) => (hasBlocked(head) ? [] : [stopped(head, "paused")]),
  "waiting-auth": (head) => (hasBlocked(head) ? [] : [stopped(head, "waiting-auth")]),
};

function hasBlocked({ operations }: TaskHead): boolean {
  return operations.some(({ state }) => state === "blocked");
}

/** Undoing takes long; elsewhere the operations say what is waited for. */
function longUndoing(head: TaskHead): readonly Blocker[] {
  const only = head.operations.length === 0 && head.compensation !== undefined;
  return only ? [settling(head)] : [];
}

function statusSince({ since, updatedAt }: TaskHead): number {
  return since ?? updatedAt;
}

/** Parks and wakes of a task that tries again do not begin anew. */
function progressed({ progressAt, createdAt }: TaskHead): number {
  return progressAt ?? createdAt;
}

/** When the task looks again by itself. */
function wakes({ park }: TaskHead): Pick<Blocker, "until"> {
  return park.wakeAt === undefined ? {} : { until: park.wakeAt };
}

function over(head: TaskHead, status: TaskStatus): Blocker {
  const who = { kind: "nobody" } as const;
  return { kind: "end", what: `nothing: it is ${status}`, since: statusSince(head), who, how: [] };
}

function rested(head: TaskHead, status: "idle" | "failed"): Blocker {
  const since = statusSince(head);
  const send = onTask(head, "send", { message: "..." });
  if (status === "idle") {
    const who = { kind: "user" } as const;
    return { kind: "message", what: "a message", since, who, how: [send] };
  }
  const what = `a retry or a message: its last turn failed (${head.reason ?? "no reason"})`;
  const how = [onTask(head, "retry"), send];
  return { kind: "failure", what, since, who: people(head), how };
}

function queued(head: TaskHead): Blocker {
  const what = head.segment.queued ? "its next segment, which is on its way" : "its next segment";
  const how = [onTask(head, "recover")];
  return { kind: "queue", what, since: statusSince(head), who: RUNTIME, how };
}

/** A model call, or what is between two of them. */
function atWork(head: TaskHead, { agent }: Sources): Blocker {
  const since = Math.max(statusSince(head), progressed(head));
  const takes = agent === undefined ? 0 : agent.limits.modelTimeoutMs * agent.models.length;
  return {
    kind: "segment",
    what: `its segment ${head.segment.number}, which is at step ${head.step + 1}`,
    since,
    ...(takes === 0 ? {} : { until: since + takes }),
    who: RUNTIME,
    how: [onTask(head, "send", { mode: "interrupt" }), onTask(head, "pause", { when: "now" })],
  };
}

function settling(head: TaskHead): Blocker {
  const { compensation } = head;
  const undoing = compensation === undefined ? "" : ` and ${head.effects ?? 0} effects are undone`;
  const why = compensation?.blocked === undefined ? "" : ` (${compensation.blocked.reason})`;
  const leave = onTask(head, "cancel", { compensate: "false" });
  return {
    kind: "settling",
    what: `what is in flight: it is settled${undoing}${why}`,
    since: statusSince(head),
    ...wakes(head),
    who: compensation?.blocked === undefined ? RUNTIME : OPERATOR,
    how: [onTask(head, "retry"), ...(head.cancelling ? [leave, kill(head)] : [])],
  };
}

function needsOperator(head: TaskHead): Blocker {
  return {
    kind: "operator",
    what: `somebody to look: ${head.hold === undefined ? (head.reason ?? "no reason") : "see its log"}`,
    since: head.stuck?.since ?? statusSince(head),
    ...wakes(head),
    who: OPERATOR,
    how: [onTask(head, "retry"), onTask(head, "recover")],
  };
}

function provider(head: TaskHead): Blocker {
  const why = head.hold === undefined && head.reason !== undefined ? ` (${head.reason})` : "";
  return {
    kind: "provider",
    what: `the model's provider, which said "later"${why}`,
    since: progressed(head),
    ...wakes(head),
    who: { kind: "runtime", names: ["the provider"] },
    how: [onTask(head, "retry")],
  };
}

function budget(head: TaskHead): Blocker {
  const { denied, extension } = head.budget ?? {};
  const open = extension?.state === "open" ? extension : undefined;
  const short =
    denied === undefined ? "a budget" : `${denied.dimension} of the budget ${denied.budget}`;
  return {
    kind: "budget",
    what: `room for ${short}${open === undefined ? "" : claimText(open)}`,
    since: progressed(head),
    ...wakes(head),
    who: open === undefined ? OPERATOR : { kind: "deciders" },
    how: [
      ...(open === undefined ? [] : [decideOn(open.approvalId, open.digest)]),
      ...(denied === undefined ? [] : [changeBudget(denied.budget)]),
      onTask(head, "retry"),
    ],
  };
}

/** A stop, or a credential, that keeps more than one call. */
function stopped(head: TaskHead, status: "paused" | "waiting-auth"): Blocker {
  const isStop = status === "paused";
  return {
    kind: isStop ? "stop" : "credential",
    what: `${isStop ? "a stop to be lifted" : "a credential"}: ${head.reason ?? "no reason"}`,
    since: progressed(head),
    ...wakes(head),
    who: OPERATOR,
    how: [...(isStop ? [liftStop()] : []), onTask(head, "retry")],
  };
}
