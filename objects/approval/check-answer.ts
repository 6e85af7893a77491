// Owns what a person wrote in the place of an answer that waits for its review: the agent itself
// says whether it can be one, as a tool does of new arguments (R39, R70).
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import { TerminalError } from "@restatedev/restate-sdk";
import type { ApprovalPorts } from "../../contract/approval-api.ts";
import type { ApprovalPackage } from "../../contract/approval.ts";
import type { AnswerCheck } from "../../contract/review.ts";
import type { EditCheck } from "../../core/approval/ballot.ts";
import { checkedAnswer, readWritten } from "../../core/review/edited-answer.ts";
import { textOf } from "../../core/review/reviewed-answer.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { problem } from "../../handler/problem.ts";

/** How long a person who edits waits for the agent's service, in milliseconds. */
const CHECK_TIMEOUT_MS = 30_000;

/** Fails with 503 when the agent does not answer; nothing has changed then. */
export async function checkAnswer(
  ctx: ObjectSharedContext,
  ports: ApprovalPorts,
  approval: ApprovalPackage,
  given: unknown,
): Promise<EditCheck> {
  const said = await ask(ctx, approval, given);
  const written = readWritten(given);
  const text = written === undefined || said.problem !== undefined ? "" : textOf(written);
  if (new TextEncoder().encode(text).length <= ports.inlineLimitBytes)
    return checkedAnswer(approval, given, said);
  const kept = await ctx.run("store-answer", () => ports.storeText(text, approval.tenant));
  return checkedAnswer(approval, given, said, kept);
}

async function ask(
  ctx: ObjectSharedContext,
  { requester }: ApprovalPackage,
  parameter: unknown,
): Promise<AnswerCheck> {
  try {
    return await ctx
      .genericCall<unknown, AnswerCheck>({
        service: requester.agent,
        key: requester.taskId,
        method: "checkAnswer",
        parameter,
        inputSerde: jsonOf(),
        outputSerde: jsonOf(),
      })
      .orTimeout(CHECK_TIMEOUT_MS);
  } catch (error) {
    if (!(error instanceof TerminalError) || error.code === 409) throw error;
    throw problem("tool_unavailable", "the agent's service did not answer; try again later");
  }
}
