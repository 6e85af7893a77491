// Owns the ends that people decide: completing a task that rests, retiring one with everything it
// has, and recording one that was killed. Cancelling is in control.ts.
import type { ControlCommand } from "../../contract/control.ts";
import type { EventBody } from "../../contract/event.ts";
import type { AgentDefinition } from "../../contract/agent.ts";
import { settlementOf, unknownOf } from "../control/settlement.ts";
import { toolOf } from "../doubt.ts";
import { EFFECT_POLICY } from "../effect-policy.ts";
import { isOver } from "../reduce.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";
import { withdrawals } from "./approval.ts";
import { closeExtension } from "./extension.ts";
import { leaveChildren } from "./leave-child.ts";
import { withdrawReview } from "./withdraw-review.ts";
import { onToolOutcome } from "./tool-outcome.ts";
import { operator } from "./unknown-effect.ts";
import { onWithdrawWaits } from "./withdraw-waits.ts";

type Said = Pick<ControlCommand, "by" | "reason">;

/** Of a task that rests: nothing of it is open. */
export function onComplete(head: TaskHead, { by, reason }: Said): readonly EventBody[] {
  const actor = operator(by);
  const completed: EventBody = { type: "task.completed", actor, reason, data: { by: "operator" } };
  return [...leaveChildren(head, "retire"), completed];
}

/** What is in flight is settled first, and nothing is undone. */
export function onRetire(head: TaskHead, { by, reason }: Said): readonly EventBody[] {
  const why = "the task is retired";
  return [
    { type: "retire.requested", actor: operator(by), reason, data: { from: head.status } },
    ...withdrawals(head, why),
    ...withdrawReview(head, why),
    ...leaveChildren(head, "retire"),
    ...onWithdrawWaits({ ...head, children: [] }, why),
  ];
}

/** The end of a task that was retired, after every operation is settled. */
export function onRetired(head: TaskHead): EventBody {
  return { type: "task.retired", data: { unknown: unknownOf(head), report: settlementOf(head) } };
}

/**
 * Its segment, if it had one, was ended by the engine: what was in flight with it is unknown, what
 * was not undone stays, and all of that is said (R72).
 */
export function onKill(
  head: TaskHead,
  { by, reason }: Said,
  agent: AgentDefinition,
): readonly EventBody[] {
  if (isOver(head)) return [];
  const why = "the task was killed";
  const inDoubt = head.operations.map((each): OpenOperation =>
    isLost(each) ? { ...each, state: "unknown" } : each,
  );
  const left = { ...head, operations: inDoubt };
  const killed: EventBody = {
    type: "task.killed",
    actor: operator(by),
    reason,
    data: { unknown: unknownOf(left), report: settlementOf(left) },
  };
  const lost = head.operations
    .filter(isLost)
    .flatMap((each) =>
      onToolOutcome(
        head,
        each,
        { outcome: "lost", reason: why, at: head.updatedAt },
        toolOf(agent, each),
      ),
    );
  return [
    ...withdrawals(head, why),
    ...withdrawReview(head, why),
    ...closeExtension(head),
    ...leaveChildren(head, "cancel", false),
    ...onWithdrawWaits({ ...head, children: [] }, why),
    ...lost,
    killed,
  ];
}

/** It may have had its effect, and nobody waits for its outcome any more. */
function isLost({ state, effect }: OpenOperation): boolean {
  return state === "issued" && !EFFECT_POLICY[effect].repeatable;
}
