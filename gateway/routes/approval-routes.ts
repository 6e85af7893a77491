// Owns the routes of approvals: what waits for a decision in the caller's tenant, and the decisions.
// An approval is keyed by no tenant, so each is looked at before anything is done with it.
import {
  type ApprovalView,
  decideInputSchema,
  type DecideResult,
  showInputSchema,
} from "../../contract/approval-api.ts";
import { APPROVAL_SERVICE, type DecisionKind } from "../../contract/approval.ts";
import { problem } from "../problem.ts";
import { TAKES } from "../roles.ts";
import { route, type Route, type RouteDeps, type RouteRequest } from "../route.ts";
import { type Body, without } from "../without.ts";
import { listApprovals } from "../list/list-approvals.ts";
import { pageQuerySchema } from "../list/page.ts";
import { named } from "./task-at.ts";

const APPROVAL = "/v1/approvals/:approvalId";
/** Edited arguments are what may be long. */
const MAX_DECISION_BYTES = 1024 * 1024;

/** Fails with 404 for one of another tenant as for one that is not there. */
async function show(
  { caller, param, signal }: RouteRequest,
  { runtime }: RouteDeps,
  body: object,
): Promise<ApprovalView> {
  const target = { service: APPROVAL_SERVICE, key: param("approvalId"), handler: "show" };
  const view = await runtime.call<ApprovalView>(target, body, { signal });
  if (view.tenant === caller.tenant) return view;
  throw problem("approval_not_found", "another tenant's");
}

async function decide(
  decision: DecisionKind,
  request: RouteRequest<Body>,
  deps: RouteDeps,
): Promise<DecideResult> {
  await show(request, deps, {});
  const target = { service: APPROVAL_SERVICE, key: request.param("approvalId"), handler: "decide" };
  const body = { ...request.body, decision, by: request.caller.principal };
  return deps.runtime.call<DecideResult>(target, body, { signal: request.signal });
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
    perform: (request, deps) => decide(decision, request, deps),
  });
}

export const APPROVAL_ROUTES: readonly Route[] = [
  route({
    name: "approval.list",
    method: "GET",
    path: "/v1/approvals",
    summary: "What waits for a decision: of tools' calls, of answers, and of budgets.",
    roles: TAKES.EVERYBODY,
    query: pageQuerySchema,
    perform: ({ caller, query }, deps) => listApprovals(deps.query, caller.tenant, query),
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
];
