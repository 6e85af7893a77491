// Owns the routes of approvals: what waits for a decision in the caller's tenant, the decisions, and who
// looks at what.
import {
  type ApprovalView,
  decideInputSchema,
  type DecideResult,
  showInputSchema,
} from "../../contract/approval-api.ts";
import {
  claimInputSchema,
  type ClaimResult,
  releaseInputSchema,
  type ReleaseResult,
} from "../../contract/approval-claim.ts";
import { TAKES } from "../roles.ts";
import { route, type Route, type RouteDeps, type RouteRequest } from "../route.ts";
import { type Body, without } from "../without.ts";
import { approvalQuerySchema, listApprovals } from "../list/list-approvals.ts";
import { onApproval, showApproval } from "./approval-at.ts";
import { named } from "./task-at.ts";

const APPROVAL = "/v1/approvals/:approvalId";
/** Edited arguments are what may be long. */
const MAX_DECISION_BYTES = 1024 * 1024;

function show(request: RouteRequest, deps: RouteDeps, body: object): Promise<ApprovalView> {
  return showApproval(request, deps, request.param("approvalId"), body);
}

/** Calls a handler of the approval that the path names, as the caller. */
async function perform<T extends object>(
  handler: string,
  request: RouteRequest<Body>,
  deps: RouteDeps,
  more: object = {},
): Promise<T> {
  await show(request, deps, {});
  const body = { ...request.body, ...more, by: request.caller.principal };
  return onApproval<T>(request, deps, request.param("approvalId"), { handler, body });
}

function decisionRoute(schema: (typeof decideInputSchema.options)[number]): Route {
  const decision = schema.shape.decision.value;
  return route({
    name: `approval.${decision}`,
    method: "POST",
    path: `${APPROVAL}/${decision}`,
    summary: `The decision ${decision}, on exactly what has the digest; the caller is who decides.`,
    roles: TAKES.APPROVERS,
    body: without(schema, "decision", "by"),
    maxBytes: MAX_DECISION_BYTES,
    perform: (request, deps) => perform<DecideResult>("decide", request, deps, { decision }),
  });
}

export const APPROVAL_ROUTES: readonly Route[] = [
  route({
    name: "approval.list",
    method: "GET",
    path: "/v1/approvals",
    summary: "What waits for a decision: of tools' calls, of answers, and of budgets.",
    roles: TAKES.EVERYBODY,
    query: approvalQuerySchema,
    perform: ({ caller, query }, deps) => listApprovals(deps.query, caller, query),
  }),
  route({
    name: "approval.show",
    method: "GET",
    path: APPROVAL,
    summary: "All that is decided on, who may decide, and how it stands.",
    roles: TAKES.READERS,
    perform: async (request, deps) => {
      const view = await show(request, deps, {});
      return { ...view, requester: named(request, view.requester) };
    },
  }),
  route({
    name: "approval.compare",
    method: "POST",
    path: `${APPROVAL}/compare`,
    summary: "As show, and asks the tool whether what was captured still holds.",
    roles: TAKES.APPROVERS,
    body: without(showInputSchema, "compare"),
    perform: async (request, deps) => {
      await show(request, deps, {});
      const view = await show(request, deps, { compare: true });
      return { ...view, requester: named(request, view.requester) };
    },
  }),
  ...decideInputSchema.options.map(decisionRoute),
  route({
    name: "approval.claim",
    method: "POST",
    path: `${APPROVAL}/claim`,
    summary:
      "Tells the others that the caller looks at it, for a while. It keeps nobody from deciding.",
    roles: TAKES.APPROVERS,
    body: without(claimInputSchema, "by"),
    perform: (request, deps) => perform<ClaimResult>("claim", request, deps),
  }),
  route({
    name: "approval.release",
    method: "POST",
    path: `${APPROVAL}/release`,
    summary: "Gives the caller's own claim back.",
    roles: TAKES.APPROVERS,
    body: without(releaseInputSchema, "by"),
    perform: (request, deps) => perform<ReleaseResult>("release", request, deps),
  }),
];
