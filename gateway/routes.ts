// Owns the one table of routes. Routing itself, who may call what, the OpenAPI document, docs/roles.md
// and the tests of every cell read it; there is no second one.
import type { Route } from "./route.ts";
import { APPROVAL_BATCH_ROUTES } from "./routes/approval-batch-routes.ts";
import { APPROVAL_ROUTES } from "./routes/approval-routes.ts";
import { ARTIFACT_ROUTES } from "./routes/artifact-routes.ts";
import { BUDGET_ROUTES } from "./routes/budget-routes.ts";
import { callerRoutes } from "./routes/caller-routes.ts";
import { EVENT_ROUTES } from "./routes/event-routes.ts";
import { EVIDENCE_ROUTES } from "./routes/evidence-routes.ts";
import { LIST_ROUTES } from "./routes/list-routes.ts";
import { OVERSIGHT_ROUTES } from "./routes/oversight-routes.ts";
import { SCHEDULE_ROUTES } from "./routes/schedule-routes.ts";
import { serviceRoutes } from "./routes/service-routes.ts";
import { STORAGE_ROUTES } from "./routes/storage-routes.ts";
import { STREAM_ROUTES } from "./routes/stream-routes.ts";
import { STOP_ROUTES } from "./routes/stop-routes.ts";
import { TASK_ROUTES } from "./routes/task-routes.ts";
import { VERB_ROUTES } from "./routes/verb-routes.ts";

export const ROUTES: readonly Route[] = [
  ...TASK_ROUTES,
  ...VERB_ROUTES,
  ...EVIDENCE_ROUTES,
  ...LIST_ROUTES,
  ...STORAGE_ROUTES,
  ...APPROVAL_ROUTES,
  ...APPROVAL_BATCH_ROUTES,
  ...EVENT_ROUTES,
  ...SCHEDULE_ROUTES,
  ...BUDGET_ROUTES,
  ...OVERSIGHT_ROUTES,
  ...STOP_ROUTES,
  ...ARTIFACT_ROUTES,
  ...STREAM_ROUTES,
  ...callerRoutes(() => ROUTES),
  ...serviceRoutes(() => ROUTES),
];
