// Owns `show`: the whole package and how it stands, for whoever has to decide.
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import type { ApprovalView, ShowInput } from "../../../contract/approval-api.ts";
import type { ApprovalPackage, CapturedChange, ChangedInput } from "../../../contract/approval.ts";
import { APPROVAL_SERVICE, APPROVAL_VERSION } from "../../../contract/approval.ts";
import { approvalView } from "../../../core/approval/approval-view.ts";
import type { ApprovalHead } from "../../../core/approval/approval-head.ts";
import { readEdit, readHistory, readPackage, viewHead } from "../approval-state.ts";
import { jsonOf } from "../../../handler/json-serde.ts";
import { notFound } from "../problem.ts";
import { compare } from "../propose.ts";

export async function show(ctx: ObjectSharedContext, input: ShowInput): Promise<ApprovalView> {
  const head = await viewHead(ctx);
  if (head === undefined) throw notFound();
  const approval = await readPackage(ctx);
  const edited = await readEdit(ctx, head);
  const history = await readHistory(ctx, head);
  const changes =
    input.compare && head.state === "open" ? await lookAgain(ctx, approval, head) : [];
  return approvalView({ head, approval, edited, history, changes }, await ctx.date.now());
}

/** What has changed is recorded as well: from now on no decision on it counts (R37). */
async function lookAgain(
  ctx: ObjectSharedContext,
  approval: ApprovalPackage,
  head: ApprovalHead,
): Promise<readonly CapturedChange[]> {
  const changes = await compare(ctx, approval, await readEdit(ctx, head));
  if (changes.length === 0) return [];
  ctx.genericSend<ChangedInput>({
    service: APPROVAL_SERVICE,
    key: ctx.key,
    method: "changed",
    parameter: { v: APPROVAL_VERSION, changes, digest: head.digest },
    inputSerde: jsonOf(),
  });
  return changes;
}
