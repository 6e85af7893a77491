// Owns how a test speaks of a task's effects in memory: settle, retry and rollback, with the
// checks of objects/agent/public/effects.ts.
import { hasEnded } from "../../contract/status.ts";
import { rollbackProblem } from "../../core/transition/compensation.ts";
import { retryProblem } from "../../core/transition/retry.ts";
import type { Refusal } from "../../core/transition/unknown-effect.ts";
import { statementProblem } from "../../core/transition/unknown-effect.ts";
import type { TaskClient } from "../task-client.ts";
import { taskProblem } from "../task-problem.ts";
import { applyRetry, applyRollback, applySettle } from "./memory-commands.ts";
import type { MemoryTask } from "./memory-task.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export function createEffectClient(
  clock: VirtualClock,
  task: () => MemoryTask,
): Pick<TaskClient, "settle" | "retry" | "rollback"> {
  return {
    settle: async (input) => {
      await clock.settled();
      const settled = task();
      const { head } = settled;
      refuseEnded(settled);
      if (head.cancelling) throw taskProblem("task_ended", `the task is ${head.status}`);
      refuse(statementProblem(head, input));
      applySettle(settled, input);
      await clock.settled();
      return { taskUid: head.taskUid, status: settled.head.status, result: "recorded" };
    },
    retry: async (input = {}) => {
      await clock.settled();
      const retried = task();
      const { taskUid, status } = retried.head;
      refuseEnded(retried);
      refuse(retryProblem(retried.head, retried.agent, input));
      applyRetry(retried, input);
      return { taskUid, status, result: "accepted" };
    },
    rollback: async (input = {}) => {
      await clock.settled();
      const rolled = task();
      const { taskUid, status, effects = 0 } = rolled.head;
      refuse(rollbackProblem(rolled.head));
      applyRollback(rolled, input);
      return { taskUid, status, result: "accepted", effects };
    },
  };
}

function refuse(refusal: Refusal | undefined): void {
  if (refusal !== undefined) throw taskProblem(refusal.code, refusal.message);
}

function refuseEnded({ head }: MemoryTask): void {
  if (hasEnded(head.status)) throw taskProblem("task_ended", `the task is ${head.status}`);
}
