// Owns applying the verbs of contract/control.ts: judged when their turn comes, so that of two who
// act at once one is told that the other was first.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { Command } from "../../contract/command.ts";
import type { ControlCommand } from "../../contract/control.ts";
import { CONTROL_VERBS } from "../../contract/control.ts";
import { controlProblem, onControl } from "../../core/control/on-control.ts";
import type { Refusal } from "../../core/transition/refusal.ts";
import type { TaskWriter } from "./task-writer.ts";

export function isControl(command: Command): command is Command & ControlCommand {
  return CONTROL_VERBS.some((verb) => verb === command.type);
}

export function applyControl(
  { writer, agent }: { readonly writer: TaskWriter; readonly agent: AgentDefinition },
  command: ControlCommand,
): "applied" | Refusal {
  const { head, now } = writer;
  const refusal = controlProblem(head, command);
  if (refusal !== undefined) return refusal;
  if (command.type === "kill") dropSegment(writer);
  writer.record(onControl(writer.head, command, { agent, now }));
  return "applied";
}

/** The engine has ended it; one that is queued finds the task ended. */
function dropSegment(writer: TaskWriter): void {
  const { segment } = writer.head;
  if (segment.open)
    writer.record([
      { type: "segment.lost", data: { segment: segment.number, cause: "the task was killed" } },
    ]);
  writer.mark({ segment: { ...segment, open: false, queued: false } });
}
