// Owns what becomes of a task whose owner is nobody any more: its escalation owner takes over (R68).
import type { EventBody } from "../../contract/event.ts";
import { isOver } from "../reduce.ts";
import type { TaskHead } from "../task-head.ts";

/** Who is gone, and who was found to be there. */
export interface Succession {
  readonly owner: string;
  readonly escalation: string;
}

/** Nothing where the task has been transferred since that was found, or has ended. */
export function onSuccession(
  head: TaskHead,
  { owner, escalation }: Succession,
): readonly EventBody[] {
  if (isOver(head) || head.owner !== owner || head.escalation !== escalation) return [];
  const reason = "the owner is no person and no group any more";
  return [{ type: "owner.changed", reason, data: { from: owner, owner: escalation } }];
}
