// Owns what happens next: from a head alone to the one thing that the shell has to do. The
// shells (objects/agent and the in-memory runner) perform it and bring the outcome back.
import type { AgentDefinition, AgentLimits } from "../contract/agent.ts";
import type { EventBody } from "../contract/event.ts";
import { inWords } from "../contract/iso-time.ts";
import { TOOL_RETENTION_MS } from "../contract/tool.ts";
import { inFlightUnderHold } from "./control/hold.ts";
import { askTime, repeatTime, toolOf } from "./doubt.ts";
import type { ChildOperation } from "./child/children.ts";
import { dueChildren } from "./child/children.ts";
import { parkBlocked, parkForChildren, restOf } from "./park.ts";
import { isOver } from "./reduce.ts";
import type { Review } from "./review/review-state.ts";
import type { OpenOperation, TaskHead } from "./task-head.ts";
import { onOvertaken, overtakenBy } from "./transition/approval.ts";
import { settledCalls } from "./transition/call-budget.ts";
import { onRolledBack } from "./transition/compensation.ts";
import { onCancelled } from "./transition/control.ts";
import { onInterrupted } from "./transition/interrupt.ts";
import { endExtension } from "./transition/extension.ts";
import { failTurn } from "./transition/fail-turn.ts";
import { dueOperationWait } from "./transition/operations-wait.ts";
import { reviewStep } from "./transition/review.ts";
import { nextAttempt } from "./transition/next-attempt.ts";
import { endByTool, onToolOutcome } from "./transition/tool-outcome.ts";
import { dueWaits } from "./transition/wait.ts";
import { onWithdrawWaits } from "./transition/withdraw-waits.ts";
import { hasForeground } from "./wait/background.ts";
import { isWaiting } from "./wait/wait-terms.ts";

export type Decision =
  | { readonly do: "call-model"; readonly room: 1 | 2 }
  /**
   * Issue these with their verbs (tool-verb.ts), or attach to those that were issued, and
   * bring the outcomes back.
   */
  | { readonly do: "call-tools"; readonly operations: readonly OpenOperation[] }
  /** End these, which may be in flight, or ask about them; bring the outcomes back in time. */
  | { readonly do: "settle-tools"; readonly operations: readonly OpenOperation[] }
  /** Record the kept message with this number as received, and decide again. */
  | { readonly do: "take-queued"; readonly n: number }
  /** Undo the effect with this number, once, and bring the answer back. */
  | { readonly do: "compensate"; readonly effect: number }
  /** Send these to their children, as far as their agents are served. */
  | { readonly do: "start-children"; readonly operations: readonly ChildOperation[] }
  /** Put the answer that is held back before a person, on the terms of now. */
  | { readonly do: "request-review"; readonly review: Review }
  /** End the turn with the answer that the event at this position holds: it was approved. */
  | { readonly do: "release-answer"; readonly seq: number }
  /** Record these events and decide again. */
  | { readonly do: "record"; readonly events: readonly EventBody[] }
  /** Let waiting commands in; the next segment goes on. */
  | { readonly do: "yield" }
  /** Nothing until something from outside happens. */
  | { readonly do: "end" };

/** What the running segment has done so far (L4). */
export interface SegmentWork {
  readonly steps: number;
  readonly bytes: number;
}

export function decide(head: TaskHead, agent: AgentDefinition, segment: SegmentWork): Decision {
  const paid = settledCalls(head);
  if (paid.length > 0) return record(paid);
  const extended = endExtension(head);
  if (extended.length > 0) return record(extended);
  if (isOver(head)) return { do: "end" };
  if (head.cancelling) return decideEnd(head, agent);
  if (head.hold !== undefined) return decideHeld(head, agent);
  if (head.compensation !== undefined) return undo(head) ?? record(onRolledBack(head));
  if (!head.turn.open) return nextQueued(head);
  const called = head.operations.length > 0 ? decideCalls(head, agent) : undefined;
  if (called !== undefined) return called;
  const reviewed = reviewStep(head);
  if (reviewed !== undefined) return reviewed;
  if (head.turn.endedBy !== undefined) return record(endByTool(head, agent));
  const limit = tooLate(head, agent) ?? limitReached(head, agent.limits);
  if (limit !== undefined) return record(limit);
  // What ends in the background waits for the segment's lock: it is let in after each step.
  const full =
    segment.steps >= (head.operations.length > 0 ? 1 : agent.limits.maxSegmentSteps) ||
    segment.bytes >= agent.limits.maxSegmentBytes;
  if (full && segment.steps > 0) return { do: "yield" };
  return { do: "call-model", room: head.turn.room };
}

function record(events: readonly EventBody[]): Decision {
  return { do: "record", events };
}

/** What was in flight when the hold came is taken in as it ends; nothing else is done. */
function decideHeld(head: TaskHead, agent: AgentDefinition): Decision {
  const forgotten = forget(head, agent);
  if (forgotten.length > 0) return record(forgotten);
  const operations = inFlightUnderHold(head);
  return operations.length > 0 ? { do: "call-tools", operations } : { do: "end" };
}

/** A turn that has ended makes room for the message that was kept first. */
function nextQueued({ queue }: TaskHead): Decision {
  return queue === undefined ? { do: "end" } : { do: "take-queued", n: queue.first };
}

/** Nothing is undone before every outcome is known, or was waited for (F17). */
function decideEnd(head: TaskHead, agent: AgentDefinition): Decision {
  const inFlight = head.operations.filter((each) => each.state === "issued");
  if (inFlight.length > 0) return { do: "settle-tools", operations: inFlight };
  const unsure = head.operations.filter((each) => askTime(each, toolOf(agent, each)) !== undefined);
  if (unsure.length > 0) return { do: "settle-tools", operations: unsure };
  // What children have done is undone by them, and before what was done earlier.
  const awaited = parkForChildren(head);
  if (awaited !== undefined)
    return head.park.wakeAt === awaited.data.wakeAt ? { do: "end" } : record([awaited]);
  return undo(head) ?? record(onCancelled(head));
}

/** The last effect first. */
function undo(head: TaskHead): Decision | undefined {
  const { compensation, effects = 0 } = head;
  if (compensation === undefined || effects === 0) return undefined;
  const { blocked } = compensation;
  if (blocked === undefined || blocked.retryAt <= head.updatedAt)
    return { do: "compensate", effect: effects };
  return head.park.wakeAt === blocked.retryAt ? { do: "end" } : record([parkBlocked(blocked)]);
}

/** Undefined where nothing is open but what the turn goes on beside. */
function decideCalls(head: TaskHead, agent: AgentDefinition): Decision | undefined {
  // Before anything that came later (F12).
  const due = dueWaits(head, agent);
  if (due.length > 0) return record(due);
  const told = dueOperationWait(head, agent);
  if (told.length > 0) return record(told);
  const ending = head.turn.endedBy;
  if (ending !== undefined && head.operations.every(isWaiting))
    return record(onWithdrawWaits(head, `${ending} has ended the task`));
  const forgotten = forget(head, agent);
  if (forgotten.length > 0) return record(forgotten);
  if (head.turn.interrupted === true) {
    const closed = onInterrupted(head);
    if (closed.length > 0) return record(closed);
    const operations = head.operations.filter(({ state }) => state === "issued");
    if (operations.length > 0) return { do: "settle-tools", operations };
  }
  const isDue = (time: number | undefined): boolean => time !== undefined && time <= head.updatedAt;
  const again = head.operations.filter((each) => isDue(repeatTime(each, toolOf(agent, each))));
  if (again.length > 0) return record(again.map((each) => nextAttempt(head, each, WHY_AGAIN)));
  const overtaken = head.operations.flatMap((each) => {
    const changes = overtakenBy(each, agent);
    return changes.length === 0 ? [] : onOvertaken(each, changes, "segment");
  });
  if (overtaken.length > 0) return record(overtaken);
  const children = dueChildren(head, agent.limits);
  if (children.length > 0) return { do: "start-children", operations: children };
  const callable = head.operations.filter(
    (each) =>
      each.state === "ready" ||
      each.state === "proposing" ||
      each.state === "issued" ||
      isDue(askTime(each, toolOf(agent, each))),
  );
  if (callable.length > 0) return { do: "call-tools", operations: callable };
  if (!hasForeground(head) && head.turn.rests !== true) return undefined;
  const rest = restOf(head, agent);
  return rest === undefined ? { do: "end" } : record([rest]);
}

const WHY_AGAIN = "the attempt before had no effect";

/** What the engine may have forgotten would run twice when it is issued again (L3). */
function forget(head: TaskHead, agent: AgentDefinition): readonly EventBody[] {
  const at = head.updatedAt;
  const old = head.operations.filter(
    (each) => each.state === "issued" && at - each.since >= TOOL_RETENTION_MS,
  );
  const reason = "it was issued longer ago than outcomes are kept";
  return old.flatMap((each) =>
    onToolOutcome(head, each, { outcome: "lost", reason, at }, toolOf(agent, each)),
  );
}

/** A plan that has gone stale is not acted on, where the agent says so (R40). */
function tooLate(head: TaskHead, { whenLate }: AgentDefinition): readonly EventBody[] | undefined {
  const { lateMs } = head.turn;
  if (lateMs === undefined || whenLate === "tell") return undefined;
  const message = `a wait's end was taken in ${inWords(lateMs)} after it was due`;
  return failTurn(head, head.step, "too_late", message);
}

function limitReached(head: TaskHead, limits: AgentLimits): readonly EventBody[] | undefined {
  const { steps, activeMs } = head.turn;
  if (steps >= limits.maxSteps) {
    return failTurn(
      head,
      head.step,
      "step_limit",
      `the turn reached its limit of ${limits.maxSteps} steps`,
    );
  }
  if (activeMs >= limits.maxTurnMs) {
    return failTurn(
      head,
      head.step,
      "time_limit",
      `the turn reached its limit of ${limits.maxTurnMs} ms`,
    );
  }
  return undefined;
}
