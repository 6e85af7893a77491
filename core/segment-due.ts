// Owns when a task needs a segment that is not on its way yet, and when whoever finds that out is to
// execute it at once.
import type { AgentDefinition } from "../contract/agent.ts";
import { inFlightUnderHold } from "./control/hold.ts";
import { decide } from "./decide.ts";
import { isOver } from "./reduce.ts";
import type { TaskHead } from "./task-head.ts";

/**
 * Whether a segment that arrives has nothing to do here: a twin of one that has started, one that a
 * recovery has replaced, or one that finds the task ended.
 */
export function isStaleSegment(head: TaskHead, number: number): boolean {
  return isOver(head) || head.segment.open || number !== head.segment.number + 1;
}

/** Whether a command, a wake or the loss of a segment has left the task with work to do. */
export function isSegmentDue(head: TaskHead): boolean {
  if (isOver(head) || head.segment.queued) return false;
  if (head.hold !== undefined && !head.cancelling)
    return head.park.wakeAt === undefined && inFlightUnderHold(head).length > 0;
  if (head.status === "queued") return true;
  // Undoing may park, and is then woken.
  if (head.cancelling || head.compensation !== undefined) return head.park.wakeAt === undefined;
  if (!head.turn.open && head.queue !== undefined) return true;
  // A lost segment leaves `running`; only an approval that is being opened may stay so.
  if (head.status !== "running" || !head.turn.open) return false;
  const open = head.operations;
  if (open.length === 0) return head.review?.state !== "requested";
  return open.some(({ state }) => !state.startsWith("approval-"));
}

/**
 * Whether a segment that is due would call a model or a tool. One that would only record and rest waits
 * its turn, so that what comes meanwhile, such as the ends of many children, is taken in together.
 */
export function callsAtOnce(head: TaskHead, agent: AgentDefinition): boolean {
  if (head.segment.open || !isSegmentDue(head)) return false;
  const next = decide(head, agent, { steps: 0, bytes: 0 }).do;
  return next === "call-model" || next === "call-tools";
}
