// Owns what a verb means to a task: whether its status takes it, and the events that it makes. What
// each makes is in core/transition/; both shells ask here, once before and once when it is applied.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { ControlCommand } from "../../contract/control.ts";
import type { EventBody } from "../../contract/event.ts";
import { toolOf } from "../doubt.ts";
import type { TaskHead } from "../task-head.ts";
import { onComplete, onKill, onRetire } from "../transition/end.ts";
import { onPause, onQuarantine, onResume, resumeProblem } from "../transition/hold.ts";
import { onOverride, overrideProblem } from "../transition/override.ts";
import type { Refusal } from "../transition/refusal.ts";
import { operator } from "../transition/unknown-effect.ts";
import { verbProblem } from "./verbs.ts";

/** Why a verb is not taken now, or undefined when it is. */
export function controlProblem(head: TaskHead, command: ControlCommand): Refusal | undefined {
  const refusal = verbProblem(head, command.type);
  if (refusal === undefined && command.type === "resume") return resumeProblem(head);
  if (refusal !== undefined || command.type !== "override") return refusal;
  return overrideProblem(head, command);
}

/** `controlProblem` has let it pass. `now` is in milliseconds since the epoch. */
export function onControl(
  head: TaskHead,
  command: ControlCommand,
  { agent, now }: { readonly agent: AgentDefinition; readonly now: number },
): readonly EventBody[] {
  switch (command.type) {
    case "pause":
      return onPause(head, command);
    case "resume":
      return onResume(head, command);
    case "quarantine":
      return onQuarantine(head, command);
    case "override": {
      const operation = head.operations.find((each) => each.operationId === command.operationId);
      const tool = operation === undefined ? undefined : toolOf(agent, operation);
      return onOverride(head, command, tool, now);
    }
    case "transfer":
      return onTransfer(head, command);
    case "complete":
      return onComplete(head, command);
    case "retire":
      return onRetire(head, command);
    case "kill":
      return onKill(head, command, agent);
  }
}

/** A task has one owner at any time (R68). */
function onTransfer(
  head: TaskHead,
  { owner, escalation, by, reason }: Extract<ControlCommand, { type: "transfer" }>,
): readonly EventBody[] {
  const from = head.owner === undefined ? {} : { from: head.owner };
  const next = escalation === undefined ? {} : { escalation };
  return [
    { type: "owner.changed", actor: operator(by), reason, data: { ...from, owner, ...next } },
  ];
}
