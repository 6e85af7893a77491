// Owns how a wait ends by itself: by its time, by an event that came, or by its deadline (L3, F12,
// R40). What people do about one is in answer.ts and withdraw-waits.ts.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { EventBody } from "../../contract/event.ts";
import type { EventNotice, NoEventNotice } from "../../contract/inbox.ts";
import type { WaitVia } from "../../contract/wait.ts";
import { toolOf } from "../doubt.ts";
import { EFFECT_POLICY } from "../effect-policy.ts";
import type { TaskHead } from "../task-head.ts";
import type { EndTime, WaitResult } from "../wait/wait-result.ts";
import { eventResult, notEnded, timedOut, timerResult } from "../wait/wait-result.ts";
import type { WaitingOperation } from "../wait/wait-terms.ts";
import { dueTime, isWaiting, waitOf } from "../wait/wait-terms.ts";
import { isChildCall } from "../child/children.ts";
import { childLate } from "./child.ts";
import { okData, returned } from "./returned.ts";
import { wokenByEnd } from "./woken-by-end.ts";
import { lateness, waitTime } from "./wait-time.ts";

/**
 * What becomes of all waits that are due by the log's time: a time has come, or a deadline passed.
 * What an inbox took in time counts, and its notice may come behind this segment: it is asked first.
 */
export function dueWaits(head: TaskHead, agent: AgentDefinition): readonly EventBody[] {
  const { updatedAt: now } = head;
  return head.operations
    .filter(isWaiting)
    .filter(({ wait }) => dueTime(wait) <= now)
    .flatMap((each): readonly EventBody[] => {
      const { operationId, wait } = each;
      if (wait.kind === "event") return [{ type: "wait.due", data: { operationId } }];
      return endedByTime(head, each, { agent, now });
    });
}

function endedByTime(
  head: TaskHead,
  operation: WaitingOperation,
  { agent, now }: { readonly agent: AgentDefinition; readonly now: number },
): readonly EventBody[] {
  const { endsAt: dueAt, kind } = operation.wait;
  const time = endTime(now, dueAt, agent);
  if (kind === "timer")
    return [came(head, operation, { via: "timer", time, agent }, timerResult(time))];
  if (isChildCall(operation)) return childLate(head, operation, time);
  const { changes } = EFFECT_POLICY[operation.effect];
  const error = {
    outcome: "error",
    code: "timed_out",
    message: kind === "operations" ? notEnded(time) : timedOut(time, changes),
    via: "deadline",
    ...lateness(time),
  } as const;
  return [returned(operation, waitTime(head, operation, now), error)];
}

/** The inbox was asked, and no event came before that. Nothing for a wait that has ended. */
export function onNoEvent(
  head: TaskHead,
  { operationId }: Pick<NoEventNotice, "operationId">,
  { agent, now }: { readonly agent: AgentDefinition; readonly now: number },
): readonly EventBody[] {
  const operation = waitOf(head, operationId);
  if (operation?.wait.askedAt === undefined) return [];
  const time = { agent, now: Math.max(now, head.updatedAt) };
  return [...endedByTime(head, operation, time), ...wokenByEnd(head, "event")];
}

/** Nothing for an event of a wait that is over, or that came after its deadline. */
export function onEventNotice(
  head: TaskHead,
  notice: Omit<EventNotice, "type">,
  { agent, now }: { readonly agent: AgentDefinition; readonly now: number },
): readonly EventBody[] {
  const { operationId, eventId, receivedAt } = notice;
  const operation = waitOf(head, operationId);
  if (operation?.wait.kind !== "event" || receivedAt > operation.wait.endsAt) return [];
  // One that was kept came when the wait opened.
  const dueAt = Math.max(receivedAt, operation.since);
  const time = endTime(Math.max(now, head.updatedAt), dueAt, agent);
  const result = eventResult(time, notice);
  const end = { via: "event", time, agent, said: { eventId } } as const;
  return [came(head, operation, end, result), ...wokenByEnd(head, "event")];
}

export interface Came {
  readonly via: Extract<WaitVia, "timer" | "event" | "answer">;
  readonly time: EndTime;
  readonly agent: AgentDefinition;
  readonly said?: { readonly eventId?: string; readonly answerDigest?: string };
}

/** What was waited for is the call's result. */
export function came(
  head: TaskHead,
  operation: WaitingOperation,
  { via, time, agent, said = {} }: Came,
  result: WaitResult,
): EventBody {
  const ok = okData(head, operation, result, toolOf(agent, operation));
  const end = { ...ok, via, ...said, ...lateness(time) };
  return returned(operation, waitTime(head, operation, time.now), end);
}

/** Late is what is taken in so long after it was due that a plan may have gone stale (R40). */
export function endTime(now: number, dueAt: number, { limits }: AgentDefinition): EndTime {
  const lateMs = now - dueAt;
  return { now, dueAt, ...(lateMs > limits.lateAfterMs ? { lateMs } : {}) };
}
