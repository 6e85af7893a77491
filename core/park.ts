// Owns how a task comes to rest: what it says it waits for, and when it looks again by itself.
import type { AgentDefinition, AgentLimits } from "../contract/agent.ts";
import { ENGINE_BUSY } from "../contract/engine-busy.ts";
import type { EventBody, EventData } from "../contract/event.ts";
import type { ProviderTrouble } from "../contract/model.ts";
import { describeStop } from "../contract/stop.ts";
import type { WaitKind } from "../contract/wait.ts";
import { awaitedChildren } from "./child/children.ts";
import { nextTime } from "./doubt.ts";
import type { Block, OpenOperation, TaskHead } from "./task-head.ts";
import { verbOf } from "./tool-verb.ts";
import { followsStale, waitingApproval } from "./transition/approval.ts";
import { isWaiting } from "./wait/wait-terms.ts";

/** First and longest pause between two tries of a provider that does not say when, in ms. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5 * 60_000;
/** First and longest pause of a task that an operator has stopped, in milliseconds. */
const FOR_STOP = { firstMs: 5_000, longestMs: 60_000 };
/** How often a task that needs an operator looks by itself whether the cause is gone, in ms. */
const OPERATOR_PAUSE_MS = 60_000;

/** A provider that did not answer is waited for, in the segment or parked; never given up (L12). */
export function waitForProvider(
  head: TaskHead,
  limits: AgentLimits,
  trouble: ProviderTrouble,
  waited: { readonly ms: number; readonly now: number },
): { readonly sleepMs: number } | { readonly park: EventBody } {
  if (trouble.kind === "operator") {
    const wakeAt = waited.now + OPERATOR_PAUSE_MS;
    return {
      park: {
        type: "task.parked",
        data: { status: "needs-operator", reason: trouble.code, wakeAt },
      },
    };
  }
  if (trouble.kind === "stopped") {
    const { firstMs, longestMs } = FOR_STOP;
    const pauseMs = Math.min(firstMs * 2 ** Math.min(failuresBefore(head), 20), longestMs);
    const reason = `stopped: ${describeStop(trouble.stop)}`;
    const data: Parked = { status: "paused", reason, wakeAt: waited.now + pauseMs };
    return { park: { type: "task.parked", data } };
  }
  const times = failuresBefore(head);
  if (trouble.code === ENGINE_BUSY && trouble.kind === "wait") {
    const pauseMs = (trouble.retryAfterMs ?? FIRST_PAUSE_MS) * 2 ** Math.min(times, 3);
    return { park: parkBusy(waited.now + Math.round(pauseMs)) };
  }
  const pause = FIRST_PAUSE_MS * 2 ** Math.min(times, 20);
  const asked = trouble.kind === "wait" ? trouble.retryAfterMs : undefined;
  const sleepMs = Math.max(0, Math.round(asked ?? Math.min(pause, LONGEST_PAUSE_MS)));
  if (waited.ms + sleepMs <= limits.maxProviderWaitMs) return { sleepMs };
  const wakeAt = waited.now + sleepMs;
  return {
    park: {
      type: "task.parked",
      data: { status: "waiting-provider", reason: trouble.code, wakeAt },
    },
  };
}

/**
 * Parks a task for which the engine had no place. A segment that sleeps would keep its own, which
 * is what the others wait for (docs/decisions/0016-places.md).
 */
export function parkBusy(wakeAt: number): EventBody {
  const data: Parked = { status: "waiting-provider", reason: ENGINE_BUSY, wakeAt };
  return { type: "task.parked", data };
}

/** Failures in a row before the one that was just recorded. */
function failuresBefore({ turn }: TaskHead): number {
  return Math.max(turn.providerFailures - 1, 0);
}

/** Parks a task whose next tools are not served by anyone (L5). */
export function parkUnregistered(tools: readonly string[], now: number): EventBody {
  const reason = `no worker serves: ${tools.map((tool) => `tools.${tool}`).join(", ")}`;
  return {
    type: "task.parked",
    data: { status: "needs-operator", reason, wakeAt: now + OPERATOR_PAUSE_MS / 6 },
  };
}

/** Parks a task whose tool takes longer than a segment waits (L4). */
export function parkForTools(
  head: TaskHead,
  agent: AgentDefinition,
  operations: readonly OpenOperation[],
  lookAt: number,
): EventBody {
  const tools = operations.map((each) => each.tool).join(", ");
  const wakeAt = Math.min(lookAt, nextRest(head, agent, operations) ?? lookAt);
  const asking = operations.every((each) => verbOf(each) === "reconcile");
  const data: Parked = asking
    ? { status: "waiting-reconcile", reason: `asking whether it took effect: ${tools}`, wakeAt }
    : { status: "waiting-tool", reason: `still running: ${tools}`, wakeAt };
  return { type: "task.parked", data };
}

/** When the next operation is due that is not among these. */
function nextRest(
  head: TaskHead,
  agent: AgentDefinition,
  inFlight: readonly OpenOperation[],
): number | undefined {
  const ids = new Set(inFlight.map((each) => each.operationId));
  const rest = head.operations.filter((each) => !ids.has(each.operationId));
  return nextTime(rest, agent);
}

/** Parks a task while the undoing of an effect takes longer than a segment waits. */
export function parkForUndoing(tool: string, wakeAt: number): EventBody {
  const reason = `undoing an effect of ${tool}`;
  return { type: "task.parked", data: { status: "waiting-tool", reason, wakeAt } };
}

/** Parks a task whose children have no worker that would take their messages (L5). */
export function parkUnservedAgents(agents: readonly string[], now: number): EventBody {
  const reason = `no worker serves: ${agents.join(", ")}`;
  const data: Parked = { status: "needs-operator", reason, wakeAt: now + OPERATOR_PAUSE_MS / 6 };
  return { type: "task.parked", data };
}

/** Parks a task that ends while its children, which were told to end too, have not. */
export function parkForChildren(
  head: TaskHead,
): Extract<EventBody, { type: "task.parked" }> | undefined {
  const until = awaitedChildren(head).map(({ left }) => left?.until ?? 0);
  if (until.length === 0) return undefined;
  const reason = "child tasks are coming to their end";
  const data: Parked = { status: "waiting-child", reason, wakeAt: Math.max(...until) };
  return { type: "task.parked", data };
}

/** Parks a task whose effects cannot be undone yet. */
export function parkBlocked(block: Block): EventBody {
  return { type: "task.parked", data: { ...blockedBy(block), wakeAt: block.retryAt } };
}

function blockedBy({ code, reason }: Block): Omit<Parked, "wakeAt"> {
  return code === "credential"
    ? { status: "waiting-auth", reason }
    : { status: "paused", reason: `${code}: ${reason}` };
}

type Parked = EventData["task.parked"];

/**
 * What a task says whose operations all wait, the gravest thing first; undefined while an
 * approval is being opened.
 */
export function restOf(head: TaskHead, agent: AgentDefinition): EventBody | undefined {
  const parked = gravest(head);
  if (parked === undefined) return undefined;
  const wakeAt = nextTime(head.operations, agent);
  if (head.status === parked.status && head.park.wakeAt === wakeAt) return undefined;
  return { type: "task.parked", data: { ...parked, ...(wakeAt === undefined ? {} : { wakeAt }) } };
}

/** People and children first: they may have to be reminded of it. */
function gravestWait(operations: readonly OpenOperation[]): Omit<Parked, "wakeAt"> | undefined {
  const kinds = new Set(operations.filter(isWaiting).map(({ wait }) => wait.kind));
  const kind = GRAVITY.find((each) => kinds.has(each));
  return kind === undefined ? undefined : WAIT_REST[kind];
}

/** Those that a wait for operations is about are among them. */
const GRAVITY = ["question", "child", "event", "timer", "operations"] as const;

const WAIT_REST: Readonly<Record<WaitKind, Omit<Parked, "wakeAt">>> = {
  question: { status: "waiting-event", reason: "a question waits for an answer" },
  child: { status: "waiting-child", reason: "a child task is at work" },
  event: { status: "waiting-event", reason: "an event is waited for" },
  timer: { status: "waiting-timer", reason: "a time is waited for" },
  operations: { status: "waiting-event", reason: "operations are waited for" },
};

function gravest({ operations }: TaskHead): Omit<Parked, "wakeAt"> | undefined {
  if (operations.some((each) => each.state === "unknown")) {
    const reason = "it is not known whether an effect happened";
    return { status: "waiting-reconcile", reason };
  }
  const blocks = operations.flatMap(({ block }) => (block === undefined ? [] : [block]));
  const auth = blocks.find(({ code }) => code === "credential");
  if (auth !== undefined) return blockedBy(auth);
  const [stopped] = blocks;
  if (stopped !== undefined) return blockedBy(stopped);
  const opened = operations.filter((each) => each.state === "approval-open");
  return opened.length === 0
    ? gravestWait(operations)
    : waitingApproval(opened.some(({ approval }) => followsStale(approval)));
}
