// Owns how a test speaks of a task's effects in memory: settle, retry, drop and rollback, with the
// checks of objects/agent/public/effects.ts.
import type { DropInput } from "../../contract/effect-api.ts";
import {
  dropInputSchema,
  retryInputSchema,
  rollbackInputSchema,
} from "../../contract/effect-api.ts";
import { rollbackProblem } from "../../core/transition/compensation.ts";
import { quarantinedProblem } from "../../core/transition/quarantined-message.ts";
import { retryProblem } from "../../core/transition/retry.ts";
import type { Refusal } from "../../core/transition/refusal.ts";
import { statementProblem } from "../../core/transition/unknown-effect.ts";
import type { TaskClient } from "../task-client.ts";
import { taskProblem } from "../task-problem.ts";
import { checkInput, refuseVerb } from "./check-call.ts";
import { applyRetry, applyRollback, applySettle, applyToMessage } from "./memory-commands.ts";
import type { MemoryTask } from "./memory-task.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export function createEffectClient(
  clock: VirtualClock,
  task: () => MemoryTask,
): Pick<TaskClient, "settle" | "retry" | "drop" | "rollback"> {
  const toMessage = async (verdict: DropInput, verb: "retry" | "drop") => {
    const { head } = task();
    refuseVerb(head, verb);
    refuse(quarantinedProblem(head, verdict.messageId));
    applyToMessage(task(), verdict, verb);
    await clock.settled();
    return { taskUid: head.taskUid, status: task().head.status };
  };
  return {
    settle: async (input) => {
      await clock.settled();
      const settled = task();
      const { head } = settled;
      refuseVerb(head, "settle");
      refuse(statementProblem(head, input));
      applySettle(settled, input);
      await clock.settled();
      return { taskUid: head.taskUid, status: settled.head.status, result: "recorded" };
    },
    retry: async (input) => {
      checkInput(retryInputSchema, input);
      await clock.settled();
      const retried = task();
      const { taskUid, status } = retried.head;
      const { messageId } = input;
      if (messageId !== undefined)
        return { ...(await toMessage({ ...input, messageId }, "retry")), result: "accepted" };
      refuseVerb(retried.head, "retry");
      refuse(retryProblem(retried.head, retried.agent, input));
      applyRetry(retried, input);
      return { taskUid, status, result: "accepted" };
    },
    drop: async (input) => {
      checkInput(dropInputSchema, input);
      await clock.settled();
      return { ...(await toMessage(input, "drop")), result: "recorded" };
    },
    rollback: async (input) => {
      checkInput(rollbackInputSchema, input);
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
