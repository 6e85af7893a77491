// Owns the worker process of these tests: budgets, and clerks that work under them.
import { setTimeout } from "node:timers/promises";
import { type BudgetSpec, defineBudgets } from "../../../core/budget/settings.ts";
import { createBudgetObject } from "../../../objects/budget/budget-object.ts";
import { report, serveWorker } from "../../support/worker.ts";
import { createClerk } from "./clerk.ts";

const spec = JSON.parse(process.env["BUDGETS"] ?? "{}") as BudgetSpec;
const clerk = createClerk(async (taskId, jobMs) => {
  await report({ job: taskId });
  await setTimeout(jobMs);
});
await serveWorker([createBudgetObject(defineBudgets(spec)), clerk]);
