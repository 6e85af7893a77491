// Owns how routes reach one task: by the caller's own tenant and no other, and what a tenant calls the
// tasks that an answer names.
import { idWithin, scopedKey } from "../../contract/tenant.ts";
import type { RouteDeps, RouteRequest } from "../route.ts";

/** The key of the task that the path names. */
export function taskKey({ caller, param }: RouteRequest): string {
  return scopedKey(caller.tenant, param("taskId"));
}

/** Calls a handler of the agent object of the task that the path names. */
export async function onTask<T extends object>(
  request: RouteRequest,
  { runtime }: RouteDeps,
  handler: string,
  body: object,
  withinMs?: number,
): Promise<T> {
  const target = { service: request.param("agent"), key: taskKey(request), handler };
  const bound = withinMs === undefined ? {} : { withinMs };
  return runtime.call<T>(target, body, { signal: request.signal, ...bound });
}

/** An answer with `taskId` as the tenant calls it; of another's tasks the key stays. */
export function named<T extends { readonly taskId: string }>(
  { caller }: Pick<RouteRequest, "caller">,
  answer: T,
): T {
  return { ...answer, taskId: idWithin(caller.tenant, answer.taskId) ?? answer.taskId };
}
