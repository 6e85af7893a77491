// Owns the routes of budgets: what of the caller's tenant is used and reserved, and changing a limit.
// Which budget a route is about follows from the caller's tenant and the path.
import type { StatusView } from "../../contract/api.ts";
import {
  BUDGET_SERVICE,
  type BudgetView,
  limitChangeSchema,
  NO_TENANT_BUDGETS,
} from "../../contract/budget.ts";
import { budgetKey } from "../../core/budget/levels.ts";
import { TAKES } from "../roles.ts";
import { route, type Route, type RouteDeps, type RouteRequest } from "../route.ts";
import { without } from "../without.ts";
import { onTask } from "./task-at.ts";
import { TASK } from "./task-routes.ts";

type KeyOf = (request: RouteRequest, deps: RouteDeps) => Promise<string> | string;

const tenantOf = ({ caller }: RouteRequest) => caller.tenant ?? NO_TENANT_BUDGETS;

const LEVELS: Readonly<Record<string, { readonly path: string; readonly keyOf: KeyOf }>> = {
  tenant: {
    path: "/v1/budgets/tenant",
    keyOf: (request) => budgetKey({ level: "tenant", tenant: tenantOf(request) }),
  },
  day: {
    path: "/v1/budgets/day/:date",
    keyOf: (request) =>
      budgetKey({ level: "day", tenant: tenantOf(request), date: request.param("date") }),
  },
  owner: {
    path: "/v1/budgets/owner/:owner",
    keyOf: (request) =>
      budgetKey({ level: "owner", tenant: tenantOf(request), owner: request.param("owner") }),
  },
  task: {
    path: `${TASK}/budget`,
    // Only of a task that the tenant has.
    keyOf: async (request, deps) => {
      const { taskUid } = await onTask<StatusView>(request, deps, "status", {});
      return budgetKey({ level: "task", taskUid });
    },
  },
};

export const BUDGET_ROUTES: readonly Route[] = Object.entries(LEVELS).flatMap(
  ([level, { path, keyOf }]) => [
    route({
      name: `budget.${level}`,
      method: "GET",
      path,
      summary: `What of the ${level}'s budget is used and reserved, and its limits.`,
      roles: TAKES.EVERYBODY,
      perform: async (request, deps) => {
        const key = await keyOf(request, deps);
        const target = { service: BUDGET_SERVICE, key, handler: "show" };
        return deps.runtime.call<BudgetView>(target, {}, { signal: request.signal });
      },
    }),
    route({
      name: `budget.${level}.limit`,
      method: "POST",
      path: `${path}/limit`,
      summary: `Changes the limits of the ${level}'s budget.`,
      roles: TAKES.ADMINS,
      body: without(limitChangeSchema, "by"),
      perform: async (request, deps) => {
        const key = await keyOf(request, deps);
        const body = { ...request.body, by: request.caller.principal };
        const target = { service: BUDGET_SERVICE, key, handler: "limit" };
        return deps.runtime.call<BudgetView>(target, body, { signal: request.signal });
      },
    }),
  ],
);
