// Owns one call of a tool in memory, as objects/agent/issue-tool.ts makes it: the verb that the
// operation's state asks for, and what its outcome means to the task.
import type { ApprovalTerms } from "../../contract/approval.ts";
import type { StoredText } from "../../contract/artifact.ts";
import type { EventBody } from "../../contract/event.ts";
import type { ReconcileRequest } from "../../contract/tool.ts";
import { doubtOf, toolOf } from "../../core/doubt.ts";
import { argumentsIn, capturedIn } from "../../core/proposed-call.ts";
import type { OpenOperation } from "../../core/task-head.ts";
import { operationKey, verbOf } from "../../core/tool-verb.ts";
import { termsOf } from "../../core/transition/approval.ts";
import { onProposed } from "../../core/transition/proposed.ts";
import type { Lost } from "../../core/transition/tool-outcome.ts";
import { onToolOutcome } from "../../core/transition/tool-outcome.ts";
import { onReconciled } from "../../core/transition/unknown-effect.ts";
import { holderOf } from "./holder.ts";
import type { MemoryTask } from "./memory-task.ts";

/** A call that was issued, or attached to, as the operation stood then. */
export interface IssuedCall {
  readonly operation: OpenOperation;
  /** The events that its outcome makes, given when they are to be recorded. */
  readonly returned: Promise<Returned>;
  cancel(): void;
}

export interface Returned {
  readonly operation: OpenOperation;
  readonly events: () => readonly EventBody[];
}

export function issue(task: MemoryTask, operation: OpenOperation): IssuedCall {
  const key = operationKey(operation);
  const request = requestOf(task, operation);
  const tool = toolOf(task.agent, operation);
  const verb = verbOf(operation);
  if (verb === "propose") {
    const { outcome } = task.tools.propose(key, request);
    const returned = outcome.then((answer): Returned => {
      const terms = termsNow(task, operation);
      const now = { agent: task.agent, terms };
      return { operation, events: () => onProposed(task.head, operation, answer, now) };
    });
    return { operation, returned, cancel: () => undefined };
  }
  if (verb === "execute") {
    const { outcome, cancel } = task.tools.execute(key, request);
    const returned = outcome.then((answer): Returned => {
      return { operation, events: () => onToolOutcome(task.head, operation, answer, tool) };
    });
    return { operation, returned, cancel };
  }
  const { outcome } = task.tools.reconcile(key, request);
  const returned = outcome.then((answer): Returned => {
    return { operation, events: () => onReconciled(task.head, operation, answer, tool) };
  });
  // To ask harms nobody, so a question is left alone.
  return { operation, returned, cancel: () => undefined };
}

/** As the call was judged; what is proposed anew, under the policy of now. */
function termsNow(
  { log, approvalTerms }: MemoryTask,
  { attempt, requests, tool, effect, answerSeq, ordinal }: OpenOperation,
): ApprovalTerms {
  const event = log[answerSeq];
  const check =
    event?.type === "model.answered" ? event.data.answer.calls[ordinal]?.check : undefined;
  const isFirst = attempt === 1 && requests === undefined;
  if (isFirst && check?.ok === true && check.rule !== undefined) return termsOf(check);
  return approvalTerms({ tool, effect });
}

/** What an operation becomes that nobody waits for any longer. */
export function giveUp(task: MemoryTask, operation: OpenOperation): readonly EventBody[] {
  const reason = "the invocation ended with no value";
  const lost: Lost = { outcome: "lost", reason, at: task.clock.now() };
  const tool = toolOf(task.agent, operation);
  return verbOf(operation) === "execute"
    ? onToolOutcome(task.head, operation, lost, tool)
    : onReconciled(task.head, operation, lost, tool);
}

function requestOf(task: MemoryTask, operation: OpenOperation): ReconcileRequest {
  const { taskId, taskUid } = task.head;
  const { operationId, tool, argumentsDigest, since } = operation;
  const asks = operation.state === "unknown";
  const { notBefore } = asks ? doubtOf(operation) : {};
  return {
    v: 1,
    operationId,
    agent: task.agent.name,
    taskId,
    taskUid,
    tool,
    ...holderOf(task, operation),
    arguments: argumentsAt(task, operation),
    argumentsDigest,
    issuedAt: asks ? task.clock.now() : since,
    wakeAfterMs: task.agent.limits.toolWaitMs / 2,
    ...capturedOf(task, operation, asks),
    ...(notBefore === undefined ? {} : { notBefore }),
  };
}

/** What was approved is that version on that outside state, and no other (R38). */
function capturedOf({ log }: MemoryTask, { approval, toolVersion }: OpenOperation, asks: boolean) {
  if (approval === undefined) return {};
  if (asks) return { toolVersion };
  const { seq, edit } = approval;
  return capturedIn(log[seq], edit === undefined ? undefined : log[edit.seq]);
}

/** The arguments are in the log: with the model's answer, or with a person's edit. */
export function argumentsAt(
  { log }: MemoryTask,
  { answerSeq, ordinal }: Pick<OpenOperation, "answerSeq" | "ordinal">,
): StoredText {
  const given = argumentsIn(log[answerSeq], ordinal);
  if (given === undefined) throw new Error(`the log has no call ${ordinal} at entry ${answerSeq}`);
  return given;
}
