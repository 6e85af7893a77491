// Owns `answer` and `withdraw`: what people say to a task that waits. Each is judged when its turn
// comes; the first answer to a question counts.
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import type {
  AnswerInput,
  AnswerReceipt,
  AnswerResult,
  WithdrawOperationInput,
  WithdrawOperationResult,
} from "../../../contract/wait-api.ts";
import { digestOf } from "../../../core/digest.ts";
import type { TaskHead } from "../../../core/task-head.ts";
import {
  answerProblem,
  optionProblem,
  questionOver,
  receiptIn,
} from "../../../core/transition/answer.ts";
import type { Refusal } from "../../../core/transition/refusal.ts";
import { withdrawProblem } from "../../../core/transition/withdraw-operation.ts";
import { waitIn, waitOf } from "../../../core/wait/wait-terms.ts";
import { endOfQuestion } from "../apply-waits.ts";
import { readEvent } from "../log-store.ts";
import { problem } from "../../../handler/problem.ts";
import { viewTask } from "../task-state.ts";
import { applySoon, taskFor } from "./effects.ts";
import { notFound } from "./send.ts";

export async function answer(
  ctx: ObjectSharedContext,
  agent: string,
  { operationId, answer: said, by }: AnswerInput,
): Promise<AnswerResult> {
  const head = await viewTask(ctx);
  if (head === undefined) throw notFound(agent);
  const { taskUid, status } = head;
  const answerDigest = digestOf(said);
  const before = await answeredBefore(ctx, head, { operationId, answerDigest });
  if (before !== undefined) return { taskUid, status, result: "recorded", receipt: before };
  await refuseOtherOption(ctx, head, operationId, said);
  const applied = await applySoon(ctx, head, {
    type: "answer",
    operationId,
    answer: { text: JSON.stringify(said) },
    answerDigest,
    by,
  });
  if (applied === undefined) return { taskUid, status, result: "accepted" };
  const after = (await viewTask(ctx)) ?? head;
  const receipt = receiptIn(taskUid, await endOfQuestion(ctx, after, operationId));
  const told = receipt === undefined ? {} : { receipt };
  return { taskUid, status: applied.status, result: "recorded", ...told };
}

/** The receipt of the same answer. Fails for what cannot be answered, whoever asks. */
async function answeredBefore(
  ctx: ObjectSharedContext,
  head: TaskHead,
  { operationId, answerDigest }: { readonly operationId: string; readonly answerDigest: string },
): Promise<AnswerReceipt | undefined> {
  // Whether it is in time is judged when its turn comes.
  const refusal = answerProblem(head, { operationId }, head.updatedAt);
  if (refusal === undefined || refusal.code === "question_ended") return undefined;
  if (refusal.code !== "operation_not_found") throw refused(refusal);
  const end = await endOfQuestion(ctx, head, operationId);
  if (end === undefined) throw refused(refusal);
  const receipt = receiptIn(head.taskUid, end);
  if (receipt?.answerDigest === answerDigest) return receipt;
  throw refused(questionOver(head.taskUid, end));
}

async function refuseOtherOption(
  ctx: ObjectSharedContext,
  head: TaskHead,
  operationId: string,
  said: unknown,
): Promise<void> {
  const operation = waitOf(head, operationId);
  if (operation === undefined) return;
  const event = await readEvent(ctx, operation.wait.seq, head.nextSeq);
  const wrong = optionProblem(waitIn(event, operation.ordinal), said);
  if (wrong !== undefined) throw problem("invalid_input", wrong);
}

export async function withdraw(
  ctx: ObjectSharedContext,
  agent: string,
  input: WithdrawOperationInput,
): Promise<WithdrawOperationResult> {
  const head = await taskFor(ctx, agent, "withdraw");
  const refusal = withdrawProblem(head, input);
  if (refusal !== undefined) throw refused(refusal);
  const applied = await applySoon(ctx, head, { type: "withdraw", ...input });
  const { taskUid } = head;
  if (applied === undefined) return { taskUid, status: head.status, result: "accepted" };
  return { taskUid, status: applied.status, result: "recorded" };
}

function refused({ code, message, details }: Refusal) {
  return problem(code, message, details);
}
