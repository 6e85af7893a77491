// Owns the budget object as Restate sees it: `holdfast.budget`, keyed by level and name. What its
// handlers do is core/budget's.
import type { ObjectContext, ObjectSharedContext } from "@restatedev/restate-sdk";
import { handlers, object, serde } from "@restatedev/restate-sdk";
import type {
  BudgetMessage,
  BudgetView,
  LeaseAnswer,
  LeaseRequest,
  ReserveAnswer,
  ReserveRequest,
  SettleRequest,
} from "../../contract/budget.ts";
import {
  BUDGET_SERVICE,
  leaseSchema,
  limitChangeSchema,
  reserveSchema,
  settleSchema,
} from "../../contract/budget.ts";
import { answerJson } from "../../contract/readable.ts";
import { attend } from "../../core/budget/attend.ts";
import { limitsOf } from "../../core/budget/budget-state.ts";
import {
  KEY_PROBLEM,
  changeLimit,
  limitProblem,
  viewBudget,
} from "../../core/budget/change-limit.ts";
import { lease } from "../../core/budget/lease.ts";
import { parseBudgetKey } from "../../core/budget/levels.ts";
import { reserve, reserveProblem } from "../../core/budget/reserve.ts";
import { settle } from "../../core/budget/settle.ts";
import type { BudgetSettings } from "../../core/budget/settings.ts";
import { loadRow, perform, performAlone, readBudget, recordLimitChange } from "./budget-store.ts";
import { bodySerde, type RawBody } from "../../contract/raw-body.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { problem } from "../../handler/problem.ts";
import { checkBody, readBody } from "../../handler/read-body.ts";
import { RETRY_FOREVER } from "../../handler/retry.ts";

const MINUTE = 60_000;
/**
 * A budget that waits for another one gives its place at the engine back at once: when all places
 * are taken, those who are waited for would find none, and all would stand still.
 */
const HANDLER = {
  retryPolicy: RETRY_FOREVER,
  inactivityTimeout: 50,
  journalRetention: MINUTE,
} as const;
const PRIVATE = { ...HANDLER, ingressPrivate: true } as const;
const PUBLIC = {
  accept: "*/*",
  retryPolicy: RETRY_FOREVER,
  output: answerJson<BudgetView>(),
} as const;

/** The service `holdfast.budget`. All workers must be given the same settings. */
export function createBudgetObject(settings: BudgetSettings) {
  return object({
    name: BUDGET_SERVICE,
    description: "Budgets of tasks, owners, tenants and days: reserve, settle, lease.",
    options: { enableLazyState: true },
    handlers: {
      reserve: handlers.object.exclusive(
        { ...PRIVATE, input: jsonOf<ReserveRequest>(), output: jsonOf<ReserveAnswer>() },
        async (ctx: ObjectContext, input) => {
          const request = checkBody(reserveSchema, input);
          const wrong = reserveProblem(request);
          if (wrong !== undefined) throw problem("invalid_input", wrong);
          checkLevel(ctx, "task");
          return perform(ctx, settings, (change) => reserve(change, request));
        },
      ),
      settle: handlers.object.exclusive(
        { ...PRIVATE, input: jsonOf<SettleRequest>() },
        async (ctx: ObjectContext, input) => {
          const request = checkBody(settleSchema, input);
          checkLevel(ctx, "task");
          return perform(ctx, settings, (change) => settle(change, request));
        },
      ),
      lease: handlers.object.exclusive(
        { ...PRIVATE, input: jsonOf<LeaseRequest>(), output: jsonOf<LeaseAnswer>() },
        async (ctx: ObjectContext, input) => {
          const request = checkBody(leaseSchema, input);
          checkLevel(ctx);
          const row = await loadRow(ctx, request.holder);
          return perform(ctx, settings, (change) => lease(change, row, request));
        },
      ),
      attend: handlers.object.exclusive(
        { ...PRIVATE, input: jsonOf<BudgetMessage>() },
        async (ctx: ObjectContext, message) => {
          const row = message.type === "forget" ? await loadRow(ctx, message.holder) : undefined;
          return perform(ctx, settings, (change) => attend(change, row, message));
        },
      ),
      limit: handlers.object.exclusive(
        { ...PUBLIC, input: bodySerde(limitChangeSchema) },
        (ctx: ObjectContext, body) => limit(ctx, settings, body),
      ),
      show: handlers.object.shared(
        { ...PUBLIC, journalRetention: 0, idempotencyRetention: 0, input: serde.binary },
        async (ctx: ObjectSharedContext): Promise<BudgetView> => {
          checkLevel(ctx);
          return viewBudget(await readBudget(ctx), settings);
        },
      ),
    },
  });
}

async function limit(
  ctx: ObjectContext,
  settings: BudgetSettings,
  body: RawBody,
): Promise<BudgetView> {
  const input = readBody(limitChangeSchema, body);
  const now = await ctx.date.now();
  return performAlone(ctx, settings, (change) => {
    const wrong = limitProblem(ctx.key, input, limitsOf(change.budget, settings));
    if (wrong !== undefined) throw problem("invalid_input", wrong);
    const made = changeLimit(change, input, now);
    if (made !== undefined) recordLimitChange(ctx, made);
    return viewBudget(change.budget, settings);
  });
}

function checkLevel(ctx: ObjectSharedContext, level?: "task"): void {
  const name = parseBudgetKey(ctx.key);
  if (name === undefined) throw problem("invalid_input", KEY_PROBLEM);
  if (level !== undefined && name.level !== level)
    throw problem("invalid_input", "reservations are made on a task's own budget, task/<taskUid>");
}
