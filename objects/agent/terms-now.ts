// Owns on which terms a segment puts a call before a person: as it was judged when the model asked
// for it; what is proposed anew, as it is judged now.
import type { ApprovalTerms } from "../../contract/approval.ts";
import type { Blocked, ProposeResponse } from "../../contract/tool.ts";
import { termsQuestion } from "../../core/approval/terms-question.ts";
import { argumentsIn } from "../../core/proposed-call.ts";
import type { OpenOperation } from "../../core/task-head.ts";
import { termsOf } from "../../core/transition/approval.ts";
import { grantsOf } from "./holder.ts";
import { eventAt } from "./request-approval.ts";
import type { Segment } from "./segment.ts";

/** Blocked where the task may not make the call any more: then nobody is asked. */
export async function termsNow(
  segment: Segment,
  operation: OpenOperation,
  answer: ProposeResponse | undefined,
): Promise<ApprovalTerms | Blocked> {
  const { ctx, ports, writer } = segment;
  const { attempt, requests, answerSeq, ordinal } = operation;
  const event = await eventAt(segment, answerSeq);
  const check =
    event?.type === "model.answered" ? event.data.answer.calls[ordinal]?.check : undefined;
  const isFirst = attempt === 1 && requests === undefined;
  if (isFirst && check?.ok === true && check.rule !== undefined) return termsOf(check);
  const question = termsQuestion(writer.head, operation, {
    answer,
    arguments: argumentsIn(event, ordinal),
    grants: await grantsOf(segment),
  });
  return ctx.run("approval-terms", async () => ports.approvalTerms(question));
}
