// Owns asking a tool what a call would touch, without touching it: for new arguments, and to see
// whether what was captured still holds.
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import { TerminalError } from "@restatedev/restate-sdk";
import type { ApprovalPorts } from "../../contract/approval-api.ts";
import type { ApprovalPackage, CapturedChange, EditedCall } from "../../contract/approval.ts";
import type { StoredText } from "../../contract/artifact.ts";
import { BUDGET_SERVICE } from "../../contract/budget.ts";
import { toolServiceName } from "../../contract/ids.ts";
import { REVIEW_SERVICE } from "../../contract/review.ts";
import type { ProposeRequest, ProposeResponse } from "../../contract/tool.ts";
import type { EditCheck } from "../../core/approval/ballot.ts";
import { changesSince, editCheck } from "../../core/approval/check-edit.ts";
import { checkedExtension } from "../../core/approval/edited-extension.ts";
import { canonicalJson } from "../../core/digest.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { problem } from "../../handler/problem.ts";
import { checkAnswer } from "./check-answer.ts";

/** How long a person who edits waits for the tool, in milliseconds. */
const PROPOSE_TIMEOUT_MS = 30_000;

/** Fails with 503 when the tool does not answer; nothing has changed then. */
export async function checkEdit(
  ctx: ObjectSharedContext,
  ports: ApprovalPorts,
  approval: ApprovalPackage,
  given: unknown,
): Promise<EditCheck> {
  if (approval.call.tool === REVIEW_SERVICE) return checkAnswer(ctx, ports, approval, given);
  if (approval.call.tool === BUDGET_SERVICE) return checkedExtension(approval, given);
  const kept = await keep(ctx, ports, approval, canonicalJson(given));
  const answer = await propose(ctx, approval, kept);
  return editCheck(approval, kept, answer);
}

/** What the tool says of the call otherwise than when it was proposed, or edited. */
export async function compare(
  ctx: ObjectSharedContext,
  approval: ApprovalPackage,
  edited: EditedCall | undefined,
): Promise<readonly CapturedChange[]> {
  // An answer that is held back rests on nothing outside, and neither does a budget that is extended.
  if (approval.call.tool === REVIEW_SERVICE || approval.call.tool === BUDGET_SERVICE) return [];
  const { arguments: given } = edited ?? approval.call;
  return changesSince(approval, edited, await propose(ctx, approval, given));
}

async function propose(
  ctx: ObjectSharedContext,
  { call, requester, tenant }: ApprovalPackage,
  given: StoredText,
): Promise<ProposeResponse> {
  const { agent, taskId, taskUid } = requester;
  const { tool } = call;
  const whose = tenant === undefined ? {} : { tenant };
  try {
    return await ctx
      .genericCall<ProposeRequest, ProposeResponse>({
        service: toolServiceName(tool),
        method: "propose",
        parameter: { v: 1, agent, taskId, taskUid, tool, arguments: given, ...whose },
        inputSerde: jsonOf(),
        outputSerde: jsonOf(),
      })
      .orTimeout(PROPOSE_TIMEOUT_MS);
  } catch (error) {
    if (!(error instanceof TerminalError) || error.code === 409) throw error;
    throw problem("tool_unavailable", "the tool's service did not answer; try again later");
  }
}

async function keep(
  ctx: ObjectSharedContext,
  { storeText, inlineLimitBytes }: ApprovalPorts,
  { tenant }: ApprovalPackage,
  text: string,
): Promise<StoredText> {
  if (new TextEncoder().encode(text).length <= inlineLimitBytes) return { text };
  return { artifact: await ctx.run("store-arguments", () => storeText(text, tenant)) };
}
