// Owns one call of a tool in memory, as objects/agent/issue-tool.ts makes it: the verb that the
// operation's state asks for, and what its outcome means to the task.
import type { ApprovalTerms } from "../../contract/approval.ts";
import type { StoredText } from "../../contract/artifact.ts";
import type { EventBody } from "../../contract/event.ts";
import type { Blocked, ReconcileRequest } from "../../contract/tool.ts";
import { termsQuestion } from "../../core/approval/terms-question.ts";
import { doubtOf, toolOf } from "../../core/doubt.ts";
import { argumentsIn, capturedIn } from "../../core/proposed-call.ts";
import type { OpenOperation } from "../../core/task-head.ts";
import { operationKey, verbOf } from "../../core/tool-verb.ts";
import { termsOf } from "../../core/transition/approval.ts";
import type { ProposeOutcome } from "../../core/transition/proposed.ts";
import { onProposed } from "../../core/transition/proposed.ts";
import type { Lost } from "../../core/transition/tool-outcome.ts";
import { onToolOutcome } from "../../core/transition/tool-outcome.ts";
import { onReconciled } from "../../core/transition/unknown-effect.ts";
import { holderOf } from "./holder.ts";
import { grantsOf } from "./memory-authority.ts";
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
    const returned = outcome.then(async (answer): Promise<Returned> => {
      const terms = await task.clock.work(() => termsNow(task, operation, answer));
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

/** As the call was judged when the model asked for it; what is proposed anew, as it is now. */
async function termsNow(
  { head, log, approvalTerms }: MemoryTask,
  operation: OpenOperation,
  answer: ProposeOutcome,
): Promise<ApprovalTerms | Blocked> {
  const { attempt, requests, answerSeq, ordinal } = operation;
  const event = log[answerSeq];
  const check =
    event?.type === "model.answered" ? event.data.answer.calls[ordinal]?.check : undefined;
  const isFirst = attempt === 1 && requests === undefined;
  if (isFirst && check?.ok === true && check.rule !== undefined) return termsOf(check);
  const said = answer.outcome === "lost" ? undefined : answer;
  const again = { answer: said, arguments: argumentsIn(event, ordinal), grants: grantsOf(log) };
  return approvalTerms(termsQuestion(head, operation, again));
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
