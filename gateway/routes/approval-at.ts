// Owns how routes reach one approval. It is keyed by no tenant, so it is looked at before anything is done
// with it.
import type { ApprovalView } from "../../contract/approval-api.ts";
import { APPROVAL_SERVICE } from "../../contract/approval.ts";
import { problem } from "../problem.ts";
import type { RouteDeps, RouteRequest } from "../route.ts";

type Asking = Pick<RouteRequest, "caller" | "signal">;

/** Fails with 404 for one of another tenant as for one that is not there. */
export async function showApproval(
  request: Asking,
  deps: RouteDeps,
  approvalId: string,
  body: object = {},
): Promise<ApprovalView> {
  const view = await onApproval<ApprovalView>(request, deps, approvalId, { handler: "show", body });
  if (view.tenant === request.caller.tenant) return view;
  throw problem("approval_not_found", "another tenant's");
}

/** To be called once `showApproval` has answered. */
export function onApproval<T extends object>(
  { signal }: Asking,
  { runtime }: RouteDeps,
  approvalId: string,
  { handler, body }: { readonly handler: string; readonly body: object },
): Promise<T> {
  return runtime.call<T>({ service: APPROVAL_SERVICE, key: approvalId, handler }, body, { signal });
}
