// Owns the bodies and answers of the agent object's handlers by which people deal with waits:
// `answer` and `withdraw`. As in api.ts.
import { z } from "zod";
import { actorIdSchema } from "./api.ts";
import type { TaskStatus } from "./status.ts";
import { textSchema } from "./text.ts";

const operationIdText = textSchema.min(1).max(256);

/** Bytes of JSON that an answer to a question has at most. */
export const MAX_ANSWER_BYTES = 16 * 1024;

export const answerInputSchema = z.strictObject({
  operationId: operationIdText,
  /** A text, or any JSON, which the model reads. */
  answer: z.json().refine((answer) => bytesOf(answer) <= MAX_ANSWER_BYTES, {
    message: `must be at most ${MAX_ANSWER_BYTES} bytes of JSON`,
  }),
  by: actorIdSchema,
});
export type AnswerInput = z.infer<typeof answerInputSchema>;

export const withdrawOperationInputSchema = z.strictObject({
  operationId: operationIdText,
  /** The model reads it. */
  reason: textSchema.min(1).max(1024),
  by: z.exactOptional(actorIdSchema),
});
export type WithdrawOperationInput = z.infer<typeof withdrawOperationInputSchema>;

function bytesOf(json: unknown): number {
  return new TextEncoder().encode(JSON.stringify(json)).length;
}

/** Says that an answer counts. The same answer again has the same receipt. */
export interface AnswerReceipt {
  readonly operationId: string;
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** SHA-256 of the canonical JSON of the answer. */
  readonly answerDigest: string;
  /** Id of the event that holds it. */
  readonly receiptId: string;
}

export interface AnswerResult {
  readonly taskUid: string;
  readonly status: TaskStatus;
  /** `accepted`: not applied yet, because the task is busy; ask again, or look at `status`. */
  readonly result: "recorded" | "accepted";
  readonly receipt?: AnswerReceipt;
}

export interface WithdrawOperationResult {
  readonly taskUid: string;
  readonly status: TaskStatus;
  readonly result: "recorded" | "accepted";
}
