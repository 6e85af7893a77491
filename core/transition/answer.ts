// Owns a person's answer to a question that the task waits on: the first one counts, and whoever
// comes later is told who was first.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { StoredText } from "../../contract/artifact.ts";
import type { EventBody, TaskEvent } from "../../contract/event.ts";
import type { AnswerReceipt } from "../../contract/wait-api.ts";
import { eventId } from "../../contract/event.ts";
import { isoTime } from "../../contract/iso-time.ts";
import type { WaitRequest } from "../../contract/wait.ts";
import type { TaskHead } from "../task-head.ts";
import { answerResult } from "../wait/wait-result.ts";
import { waitOf } from "../wait/wait-terms.ts";
import { endTime, came } from "./wait.ts";
import type { Refusal } from "./refusal.ts";
import { OPERATION_NOT_FOUND } from "./refusal.ts";
import { wokenBy } from "./unknown-effect.ts";

export interface Answer {
  readonly operationId: string;
  /** As JSON. */
  readonly answer: StoredText;
  /** SHA-256 of its canonical JSON. */
  readonly answerDigest: string;
  readonly by: string;
}

/** Why an answer cannot be taken at this time, or undefined when it can. */
export function answerProblem(
  head: TaskHead,
  { operationId }: Pick<Answer, "operationId">,
  now: number,
): Refusal | undefined {
  const operation = head.operations.find((each) => each.operationId === operationId);
  if (operation === undefined) return OPERATION_NOT_FOUND;
  const wait = waitOf(head, operationId)?.wait;
  if (wait?.kind !== "question") {
    const message = `the operation is ${wait === undefined ? operation.state : `a wait for a ${wait.kind}`}; only a question is answered`;
    return { code: "operation_not_a_question", message };
  }
  if (now <= wait.endsAt) return undefined;
  const message = `the question was open until ${isoTime(wait.endsAt)}; an answer does not count any more`;
  return { code: "question_ended", message };
}

/** Why this is no answer to that question, or undefined. */
export function optionProblem(wait: WaitRequest | undefined, answer: unknown): string | undefined {
  if (wait?.kind !== "question" || wait.options === undefined) return undefined;
  if (wait.options.some((each) => each === answer)) return undefined;
  return "the question offers options, and the answer is none of them; status shows them";
}

/** A person's words, which `answerProblem` has let pass. */
export function onAnswer(
  head: TaskHead,
  { operationId, answer, answerDigest, by }: Answer,
  { agent, now }: { readonly agent: AgentDefinition; readonly now: number },
): readonly EventBody[] {
  const operation = waitOf(head, operationId);
  if (operation === undefined) return [];
  const at = Math.max(now, head.updatedAt);
  const time = endTime(at, at, agent);
  const end = { via: "answer", time, agent, said: { answerDigest } } as const;
  const answered = came(head, operation, end, answerResult(at, { answer, by }));
  return [{ ...answered, actor: { kind: "user", id: by } }, ...wokenBy(head, "answer")];
}

/** The receipt of the answer that an event holds; undefined for any other event. */
export function receiptIn(
  taskUid: string,
  event: TaskEvent | undefined,
): AnswerReceipt | undefined {
  if (event?.type !== "tool.returned" || event.data.via !== "answer") return undefined;
  const { operationId, answerDigest = "" } = event.data;
  const by = event.actor.id ?? "";
  return { operationId, by, at: event.at, answerDigest, receiptId: eventId(taskUid, event.seq) };
}

/** What a question that is over says to another answer. */
export function questionOver(taskUid: string, end: TaskEvent | undefined): Refusal {
  const receipt = receiptIn(taskUid, end);
  if (receipt === undefined) {
    const message = "the question has ended without an answer; the task's events say how";
    return { code: "question_ended", message };
  }
  const { by, at } = receipt;
  const message = `the question was answered otherwise by ${by} at ${isoTime(at)}; the first answer counts`;
  return { code: "question_answered", message, details: { by, at: String(at) } };
}
