// Owns what `apply` does of people's words on waits: an answer to a question, and the withdrawal of
// one operation. Of two who speak at once one is first.
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { AgentDefinition } from "../../contract/agent.ts";
import type { Command } from "../../contract/command.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { verbProblem } from "../../core/control/verbs.ts";
import { answerProblem, onAnswer, questionOver, receiptIn } from "../../core/transition/answer.ts";
import type { Refusal } from "../../core/transition/refusal.ts";
import { onWithdraw, withdrawProblem } from "../../core/transition/withdraw-operation.ts";
import { readEvent } from "./log-store.ts";
import type { ReadContext } from "./read-context.ts";
import type { SettledRow } from "./task-state.ts";
import { settledKey } from "./task-state.ts";
import type { TaskWriter } from "./task-writer.ts";

export async function applyAnswer(
  ctx: ObjectContext,
  { writer, agent }: { readonly writer: TaskWriter; readonly agent: AgentDefinition },
  command: Extract<Command, { type: "answer" }>,
): Promise<"applied" | "duplicate" | Refusal> {
  const { head, now } = writer;
  const refusal = answerProblem(head, command, now);
  if (refusal === undefined) {
    writer.record(onAnswer(head, command, { agent, now }));
    return "applied";
  }
  if (refusal.code !== "operation_not_found") return refusal;
  const end = await endOfQuestion(ctx, head, command.operationId);
  if (end === undefined) return refusal;
  const isSame = receiptIn(head.taskUid, end)?.answerDigest === command.answerDigest;
  return isSame ? "duplicate" : questionOver(head.taskUid, end);
}

/** Where a question that was asked has its answer, or was opened; undefined for anything else. */
export async function endOfQuestion(
  ctx: ReadContext,
  { nextSeq }: { readonly nextSeq: number },
  operationId: string,
): Promise<TaskEvent | undefined> {
  const row = await ctx.get<SettledRow>(settledKey(operationId));
  const event = row === null ? undefined : await readEvent(ctx, row.seq, nextSeq);
  return event?.type === "wait.opened" || event?.type === "tool.returned" ? event : undefined;
}

export function applyWithdraw(
  writer: TaskWriter,
  command: Extract<Command, { type: "withdraw" }>,
): "applied" | Refusal {
  const { head } = writer;
  const refusal = verbProblem(head, "withdraw") ?? withdrawProblem(head, command);
  if (refusal !== undefined) return refusal;
  writer.record(onWithdraw(head, command));
  return "applied";
}
