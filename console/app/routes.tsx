// Owns the addresses of the console, one row for each screen: where it is, what loads it, and how the
// navigation names it. Each screen is a file of its own that is fetched when it is first shown.
import { createRootRoute, createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { textFields } from "./search-fields.ts";
import { Shell } from "./shell.tsx";
import { NotThere } from "./not-there.tsx";

const rootRoute = createRootRoute({ component: Shell, notFoundComponent: NotThere });

const fleetRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  validateSearch: textFields("status", "agent", "owner", "taskIdPrefix", "stuck"),
  component: lazyRouteComponent(() => import("../fleet/fleet-screen.tsx"), "FleetScreen"),
});

const taskRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/tasks/$agent/$taskId",
  validateSearch: textFields("view", "entry", "show"),
  component: lazyRouteComponent(() => import("../task/task-screen.tsx"), "TaskScreen"),
});

const approvalsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/approvals",
  validateSearch: textFields("risk", "kind", "claimed", "agent"),
  component: lazyRouteComponent(
    () => import("../approvals/approvals-screen.tsx"),
    "ApprovalsScreen",
  ),
});

const approvalRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/approvals/$approvalId",
  component: lazyRouteComponent(() => import("../approvals/approval-screen.tsx"), "ApprovalScreen"),
});

const effectsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/effects",
  component: lazyRouteComponent(() => import("../oversee/effects-screen.tsx"), "EffectsScreen"),
});

const schedulesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/schedules",
  component: lazyRouteComponent(() => import("../oversee/schedules-screen.tsx"), "SchedulesScreen"),
});

const rulesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/rules",
  component: lazyRouteComponent(() => import("../oversee/rules-screen.tsx"), "RulesScreen"),
});

const budgetsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/budgets",
  validateSearch: textFields("dimension"),
  component: lazyRouteComponent(() => import("../oversee/budgets-screen.tsx"), "BudgetsScreen"),
});

const auditRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/audit",
  validateSearch: textFields("by", "type", "agent", "taskId", "after", "before"),
  component: lazyRouteComponent(() => import("../oversee/audit-screen.tsx"), "AuditScreen"),
});

export const routeTree = rootRoute.addChildren([
  fleetRoute,
  taskRoute,
  approvalsRoute,
  approvalRoute,
  effectsRoute,
  schedulesRoute,
  rulesRoute,
  budgetsRoute,
  auditRoute,
]);
