// Owns when a task is stuck (R67), and what is done once it is found so: its log says it once, a
// timer that was lost is made good, and after a while the escalation owner is told (F13).
import type { AgentDefinition } from "../../contract/agent.ts";
import type { EventBody } from "../../contract/event.ts";
import type { Announcement } from "../../contract/notification.ts";
import type { FlagCommand, Stuck, StuckBounds } from "../../contract/watch.ts";
import { toolOf } from "../doubt.ts";
import { stuckNotice } from "../notification/notification-of.ts";
import { isOver } from "../reduce.ts";
import type { Review, ReviewRequest } from "../review/review-state.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";
import { wokenBy } from "../transition/unknown-effect.ts";
import { STATUS_CARE } from "./status-care.ts";

/** What of a head it takes: the summary that stays readable under encryption has it too. */
export interface WatchedHead extends Pick<
  TaskHead,
  "status" | "updatedAt" | "since" | "progressAt" | "park" | "stuck" | "owner" | "escalation"
> {
  readonly hold?: unknown;
  readonly review?: {
    readonly state: Review["state"];
    readonly asked?: Pick<ReviewRequest, "expiresAt">;
  };
  readonly operations: readonly WatchedOperation[];
}

interface WatchedOperation extends Pick<OpenOperation, "state"> {
  readonly wait?: { readonly endsAt: number };
  readonly approval?: { readonly expiresAt?: number };
}

type Found = Pick<Stuck, "kind" | "since">;

/** Why a task counts as stuck at a time; `workMs` is what its calls in flight may take. */
export function stuckAt(
  head: WatchedHead,
  bounds: StuckBounds,
  now: number,
  workMs = 0,
): Found | undefined {
  // A person who holds it knows.
  if (head.hold !== undefined) return undefined;
  const { since = head.updatedAt, progressAt = head.updatedAt } = head;
  const after = (kind: Stuck["kind"], from: number, ms: number): Found | undefined =>
    from + ms <= now ? { kind, since: from } : undefined;
  switch (STATUS_CARE[head.status].watch) {
    case "queued":
      return after("queued", since, bounds.queuedMs);
    case "working":
      return after("no-progress", Math.max(since, progressAt), bounds.stalledMs + workMs);
    case "tool":
      return (
        overdue(head, bounds, now) ?? after("no-progress", progressAt, bounds.stalledMs + workMs)
      );
    case "parked":
      return overdue(head, bounds, now);
    case "retrying":
      return overdue(head, bounds, now) ?? after("retrying", progressAt, bounds.retryingMs);
    // What needs an operator is marked when it says so.
    case "at-once":
    case "never":
      return undefined;
  }
}

/** The first time that has passed long ago without anything having come of it. */
function overdue(
  { park, operations, review }: WatchedHead,
  { overdueMs }: StuckBounds,
  now: number,
): Found | undefined {
  const times = operations.flatMap(({ state, wait, approval }) => {
    const asked = state === "approval-requested" || state === "approval-open";
    return [wait?.endsAt, asked ? approval?.expiresAt : undefined];
  });
  const reviewed = review?.state === "requested" || review?.state === "open";
  const reviewedBy = reviewed ? review.asked?.expiresAt : undefined;
  const due = [park.wakeAt, reviewedBy, ...times].filter((each) => each !== undefined);
  const since = Math.min(...due);
  return since + overdueMs <= now ? { kind: "overdue", since } : undefined;
}

/** Whether a watchdog that sees this head has the task look at itself. */
export function isSuspect(head: WatchedHead, bounds: StuckBounds, now: number): boolean {
  if (head.stuck !== undefined)
    return escalationDue(head, head.stuck.at, bounds, now) !== undefined;
  return stuckAt(head, bounds, now) !== undefined;
}

/** Who is told next of a task that was found stuck at a time; undefined where nobody is. */
function escalationDue(
  { stuck, owner, escalation }: WatchedHead,
  foundAt: number,
  { escalateMs }: StuckBounds,
  now: number,
): string | undefined {
  if (stuck?.escalated !== undefined || escalation === owner) return undefined;
  return foundAt + escalateMs <= now ? escalation : undefined;
}

/** What a task that was found stuck is to record, and whom it tells. */
export interface Flagging {
  readonly command: FlagCommand;
  /** The same for everybody who finds the same. */
  readonly key: string;
  /** Told at once, since a task whose lock is held records it only later; each once by its id. */
  readonly notices: readonly Announcement[];
}

/** Undefined where there is nothing to say, or all of it was said. */
export function flagOf(
  head: TaskHead,
  agent: AgentDefinition,
  bounds: StuckBounds,
  now: number,
): Flagging | undefined {
  if (isOver(head)) return undefined;
  const { stuck, taskUid } = head;
  const found = stuck ?? stuckAt(head, bounds, now, allowance(head, agent));
  if (found === undefined) return undefined;
  const { kind, since } = found;
  // Unmarked, it may be locked for hours: nobody is to wait for its log.
  const to = escalationDue(head, stuck?.at ?? since, bounds, now);
  const episode = `${taskUid}/stuck/${progressOf(head)}`;
  const told = to === undefined ? [] : [stuckNotice(head, kind, `${episode}/${to}`, now, to)];
  if (stuck !== undefined)
    return to === undefined
      ? undefined
      : { command: { type: "flag", escalate: to }, key: `${episode}/escalate`, notices: told };
  return {
    command: { type: "flag", found: { kind, since }, at: now, progressAt: progressOf(head) },
    key: `${episode}/${kind}/${since}`,
    notices: [stuckNotice(head, kind, episode, now), ...told],
  };
}

/** What is recorded when the task's turn comes. Of what was said already nothing is said again. */
export function onFlag(head: TaskHead, command: FlagCommand, now: number): readonly EventBody[] {
  if (isOver(head)) return [];
  if ("escalate" in command) {
    const wanted = head.stuck !== undefined && head.stuck.escalated === undefined;
    return wanted ? [{ type: "task.escalated", data: { to: command.escalate } }] : [];
  }
  if (head.stuck !== undefined) return [];
  const { found, at, progressAt } = command;
  const data = { ...found, foundAt: at };
  if (progressOf(head) > progressAt) return [{ type: "task.stuck", data: { ...data, over: true } }];
  const stuck: EventBody = { type: "task.stuck", data };
  const { wakeAt } = head.park;
  // Its timer was lost, or it would have gone on.
  const lost = found.kind === "overdue" && wakeAt !== undefined && wakeAt <= now;
  return lost ? [stuck, ...wokenBy(head, "watchdog")] : [stuck];
}

function progressOf({ progressAt, createdAt }: TaskHead): number {
  return progressAt ?? createdAt;
}

/** What its calls in flight may take, or else its model; in milliseconds. */
function allowance({ operations, status }: TaskHead, agent: AgentDefinition): number {
  const called = operations.filter(({ state }) => state === "issued");
  const { models, limits } = agent;
  if (called.length === 0) return status === "running" ? limits.modelTimeoutMs * models.length : 0;
  const times = called.map((each) => {
    const tool = toolOf(agent, each);
    return tool === undefined ? 0 : tool.startDeadlineMs + tool.timeoutMs;
  });
  return Math.max(...times);
}
