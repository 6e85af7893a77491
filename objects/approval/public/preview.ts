// Owns `preview`: what a decision would come to, judged as `judge` does it, with the policy's word, and
// recorded nowhere.
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import type {
  ApprovalPorts,
  DecisionPreview,
  PreviewInput,
} from "../../../contract/approval-api.ts";
import { advance } from "../../../core/approval/advance.ts";
import { approvalView } from "../../../core/approval/approval-view.ts";
import { ballotOf } from "../../../core/approval/ballot.ts";
import { fold } from "../../../core/approval/fold.ts";
import { foreseen } from "../../../core/approval/foreseen.ts";
import { readEdit, readHistory, readPackage, viewHead } from "../approval-state.ts";
import { judgementOf } from "../judge.ts";
import { notFound } from "../problem.ts";

export async function preview(
  ctx: ObjectSharedContext,
  ports: ApprovalPorts,
  input: PreviewInput,
): Promise<DecisionPreview> {
  const stored = await viewHead(ctx);
  if (stored === undefined) throw notFound();
  const approval = await readPackage(ctx);
  const edited = await readEdit(ctx, stored);
  const history = await readHistory(ctx, stored);
  const now = await ctx.date.now();
  const head = advance(stored, now).reduce((each, notice) => fold(each, { notice }), stored);
  const ballot = ballotOf({ ...input, digest: head.digest }, "decide");
  const judged = { head, approval: async () => approval, now };
  const { answer } = await judgementOf(ctx, ports, judged, ballot);
  const view = approvalView({ head: stored, approval, edited, history, changes: [] }, now);
  return { approval: view, foreseen: foreseen(answer) };
}
