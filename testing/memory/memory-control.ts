// Owns how a test controls a task in memory, with the checks of objects/agent/public/control-verbs.ts
// and its waits in virtual time.
import type { ControlInput, TaskClient } from "../task-client.ts";
import type { ControlCommand } from "../../contract/control.ts";
import {
  overrideInputSchema,
  pauseInputSchema,
  transferInputSchema,
  verbInputSchema,
} from "../../contract/control.ts";
import { controlProblem, onControl } from "../../core/control/on-control.ts";
import { VERBS } from "../../core/control/verbs.ts";
import { taskProblem } from "../task-problem.ts";
import { command } from "./memory-commands.ts";
import type { MemoryTask } from "./memory-task.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export function createControlClient(
  clock: VirtualClock,
  task: () => MemoryTask,
): Pick<TaskClient, "control"> {
  return {
    control: async (input) => {
      await clock.settled();
      const controlled = task();
      const { taskUid } = controlled.head;
      const wanted = commandOf(input);
      const refusal = controlProblem(controlled.head, wanted);
      if (refusal !== undefined) throw taskProblem(refusal.code, refusal.message);
      const now = wanted.type === "pause" && wanted.when === "now";
      const kind = now || VERBS[wanted.type].segment === "abort" ? "abort" : "yield";
      let applied = false;
      command(controlled, kind, () => {
        applied = true;
        const { head, agent } = controlled;
        if (controlProblem(head, wanted) !== undefined) return [];
        return onControl(head, wanted, { agent, now: clock.now() });
      });
      await clock.settled();
      const { status } = controlled.head;
      return { taskUid, status, result: applied ? "applied" : "accepted" };
    },
  };
}

function commandOf(input: ControlInput): ControlCommand {
  const { verb, ...body } = input;
  const parsed = SCHEMAS[verb].safeParse(body);
  if (!parsed.success) throw taskProblem("invalid_input", parsed.error.message);
  if (input.verb !== "override") return { type: verb, ...parsed.data } as ControlCommand;
  const { result, error, ...said } = overrideInputSchema.parse(body);
  const outcome = error === undefined ? { result: { text: JSON.stringify(result) } } : { error };
  return { type: "override", ...said, outcome };
}

const SCHEMAS = {
  pause: pauseInputSchema,
  resume: verbInputSchema,
  quarantine: verbInputSchema,
  complete: verbInputSchema,
  retire: verbInputSchema,
  override: overrideInputSchema,
  transfer: transferInputSchema,
} as const;
