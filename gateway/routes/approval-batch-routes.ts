// Owns the routes by which one person decides many approvals: each is previewed and decided for itself,
// and what became of one changes nothing for another.
import PQueue from "p-queue";
import type { DecideResult, DecisionPreview } from "../../contract/approval-api.ts";
import {
  batchDecideInputSchema,
  type BatchDecision,
  type BatchError,
  type BatchPreview,
  batchPreviewInputSchema,
} from "../../contract/approval-batch.ts";
import { problemOf } from "../problem.ts";
import { TAKES } from "../roles.ts";
import { route, type Route } from "../route.ts";
import { onApproval, showApproval } from "./approval-at.ts";
import { named } from "./task-at.ts";

const AT_ONCE = 8;

/** In the order of the items. A failure that is no problem of the item's is everybody's. */
function ofEach<I, O extends object>(
  items: readonly I[],
  act: (item: I) => Promise<O>,
): Promise<(O | { readonly error: BatchError })[]> {
  const queue = new PQueue({ concurrency: AT_ONCE });
  return queue.addAll(
    items.map(
      (item) => () =>
        act(item).catch((error: unknown) => {
          const problem = problemOf(error);
          if (problem === undefined) throw error;
          const { status, code, detail, details } = problem;
          return { error: { status, code, detail, ...(details === undefined ? {} : { details }) } };
        }),
    ),
  );
}

export const APPROVAL_BATCH_ROUTES: readonly Route[] = [
  route({
    name: "approvals.preview",
    method: "POST",
    path: "/v1/approvals/preview",
    summary:
      "Of each approval all that is decided on, and what the decision would come to; decides nothing.",
    roles: TAKES.APPROVERS,
    body: batchPreviewInputSchema,
    perform: async (request, deps): Promise<BatchPreview> => {
      const { decision, approvalIds } = request.body;
      const body = { decision, by: request.caller.principal };
      const items = await ofEach(approvalIds, async (approvalId): Promise<DecisionPreview> => {
        const view = await showApproval(request, deps, approvalId);
        const asked = { handler: "preview", body };
        const { approval, foreseen } = await onApproval<DecisionPreview>(
          request,
          deps,
          approvalId,
          asked,
        );
        return { approval: { ...approval, requester: named(request, view.requester) }, foreseen };
      });
      return { items };
    },
  }),
  route({
    name: "approvals.decide",
    method: "POST",
    path: "/v1/approvals/decide",
    summary:
      "The same decision on each, on exactly what has its digest; of each its own answer, as it is alone.",
    roles: TAKES.APPROVERS,
    body: batchDecideInputSchema,
    perform: async (request, deps): Promise<BatchDecision> => {
      const { decision, message, items: asked } = request.body;
      const said = message === undefined ? {} : { message };
      const by = request.caller.principal;
      const items = await ofEach(asked, async ({ approvalId, digest }) => {
        await showApproval(request, deps, approvalId);
        const body = { decision, digest, by, ...said };
        return onApproval<DecideResult>(request, deps, approvalId, { handler: "decide", body });
      });
      return { items };
    },
  }),
];
