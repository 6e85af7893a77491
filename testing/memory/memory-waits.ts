// Owns how a test speaks of a task's waits in memory: the events that are published, answers to
// questions and withdrawals, with the checks of objects/agent/public/waits.ts.
import type { EventNotice } from "../../contract/inbox.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { answerInputSchema, withdrawOperationInputSchema } from "../../contract/wait-api.ts";
import { digestOf } from "../../core/digest.ts";
import type { TaskHead } from "../../core/task-head.ts";
import {
  answerProblem,
  onAnswer,
  optionProblem,
  questionOver,
  receiptIn,
} from "../../core/transition/answer.ts";
import type { Refusal } from "../../core/transition/refusal.ts";
import { onEventNotice, onNoEvent } from "../../core/transition/wait.ts";
import { onWithdraw, withdrawProblem } from "../../core/transition/withdraw-operation.ts";
import { endedSubscriptions, waitIn, waitOf } from "../../core/wait/wait-terms.ts";
import type { TaskClient } from "../task-client.ts";
import { taskProblem } from "../task-problem.ts";
import { refuseVerb } from "./check-call.ts";
import { command, wake } from "./memory-commands.ts";
import type { MemoryInbox } from "./memory-inbox.ts";
import type { MemoryTask } from "./memory-task.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** What an inbox tells the task. */
export function wakeForEvent(task: MemoryTask, notice: EventNotice): void {
  wake(task, () => {
    const { head, agent, clock } = task;
    return onEventNotice(head, notice, { agent, now: clock.now() });
  });
}

/** What the inbox answers that was asked. */
function wakeForNoEvent(task: MemoryTask, operationId: string): void {
  wake(task, () => {
    const { head, agent, clock } = task;
    return onNoEvent(head, { operationId }, { agent, now: clock.now() });
  });
}

/** Tells inboxes what an event, which was just reduced, means to them. */
export function tellInboxes(task: MemoryTask, event: TaskEvent, before: TaskHead): void {
  const { tenant, taskId, agent } = task.head;
  if (event.type === "wait.opened" && event.data.wait.kind === "event") {
    const { operationId, wait } = event.data;
    const place = { ...wait, tenant };
    task.inbox.subscribe(place, { agent, taskId, operationId, until: wait.deadlineAt });
  }
  for (const { operationId, seq, ordinal, asks } of endedSubscriptions(before, task.head, event)) {
    const wait = waitIn(task.log[seq], ordinal);
    if (wait?.kind !== "event") continue;
    task.inbox.unsubscribe({ ...wait, tenant }, operationId);
    if (asks === true) wakeForNoEvent(task, operationId);
  }
}

export function createWaitClient(
  clock: VirtualClock,
  inbox: MemoryInbox,
  task: () => MemoryTask,
): Pick<TaskClient, "publish" | "answer" | "withdraw"> {
  return {
    publish: async (input) => {
      await clock.settled();
      return inbox.publish(input);
    },
    answer: async (input) => {
      const { operationId, answer, by } = checked(answerInputSchema.safeParse(input));
      await clock.settled();
      const asked = task();
      const { taskUid } = asked.head;
      const end = (): TaskEvent | undefined => endOfQuestion(asked.log, operationId);
      const answerDigest = digestOf(answer);
      const refusal = answerProblem(asked.head, { operationId }, clock.now());
      if (refusal !== undefined) {
        if (refusal.code !== "operation_not_found" || end() === undefined) throw refused(refusal);
        const receipt = receiptIn(taskUid, end());
        if (receipt?.answerDigest !== answerDigest) throw refused(questionOver(taskUid, end()));
        return { taskUid, status: asked.head.status, result: "recorded", receipt };
      }
      const { wait, ordinal = 0 } = waitOf(asked.head, operationId) ?? {};
      const wrong = optionProblem(waitIn(asked.log[wait?.seq ?? -1], ordinal), answer);
      if (wrong !== undefined) throw taskProblem("invalid_input", wrong);
      const given = { operationId, answer: { text: JSON.stringify(answer) }, answerDigest, by };
      command(asked, "yield", () =>
        onAnswer(asked.head, given, { agent: asked.agent, now: clock.now() }),
      );
      await clock.settled();
      const receipt = receiptIn(taskUid, end());
      const told = receipt === undefined ? {} : { receipt };
      return { taskUid, status: asked.head.status, result: "recorded", ...told };
    },
    withdraw: async (input) => {
      const withdrawal = checked(withdrawOperationInputSchema.safeParse(input));
      await clock.settled();
      const asked = task();
      const { taskUid } = asked.head;
      refuseVerb(asked.head, "withdraw");
      const refusal = withdrawProblem(asked.head, withdrawal);
      if (refusal !== undefined) throw refused(refusal);
      command(asked, "yield", () => onWithdraw(asked.head, withdrawal));
      await clock.settled();
      return { taskUid, status: asked.head.status, result: "recorded" };
    },
  };
}

/** Where a question has its answer, or was opened. */
function endOfQuestion(log: readonly TaskEvent[], operationId: string): TaskEvent | undefined {
  return log.findLast(
    (each) =>
      (each.type === "wait.opened" &&
        each.data.wait.kind === "question" &&
        each.data.operationId === operationId) ||
      (each.type === "tool.returned" &&
        each.data.via === "answer" &&
        each.data.operationId === operationId),
  );
}

function refused({ code, message }: Refusal): Error {
  return taskProblem(code, message);
}

function checked<T>(
  parsed:
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: Error },
): T {
  if (parsed.success) return parsed.data;
  throw taskProblem("invalid_input", parsed.error.message);
}
