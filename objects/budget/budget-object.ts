// Owns the budget object as Restate sees it: `holdfast.budget`, keyed by level and name. What its
// handlers do is core/budget's.
import type { ObjectContext, ObjectSharedContext, Serde } from "@restatedev/restate-sdk";
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
import { describeSchema } from "../../contract/schema.ts";
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
import {
  jsonOf,
  loadRow,
  perform,
  performAlone,
  readBudget,
  recordLimitChange,
} from "./budget-store.ts";
import { check, invalidInput, readBody } from "./problem.ts";

const MINUTE = 60_000;
/** Retried for ever: an outage, however long, loses none of them (F24). */
const RETRY = {
  initialInterval: 100,
  maxInterval: 2_000,
  exponentiationFactor: 2,
  maxAttempts: Number.MAX_SAFE_INTEGER,
};
/**
 * A budget that waits for another one gives its place at the engine back at once: when all places
 * are taken, those who are waited for would find none, and all would stand still.
 */
const HANDLER = { retryPolicy: RETRY, inactivityTimeout: 50, journalRetention: MINUTE } as const;
const PRIVATE = { ...HANDLER, ingressPrivate: true } as const;
const PUBLIC = { accept: "*/*", retryPolicy: RETRY, output: answerJson<BudgetView>() } as const;

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
          const request = check(reserveSchema, input);
          const wrong = reserveProblem(request);
          if (wrong !== undefined) throw invalidInput(wrong);
          checkLevel(ctx, "task");
          return perform(ctx, settings, (change) => reserve(change, request));
        },
      ),
      settle: handlers.object.exclusive(
        { ...PRIVATE, input: jsonOf<SettleRequest>() },
        async (ctx: ObjectContext, input) => {
          const request = check(settleSchema, input);
          checkLevel(ctx, "task");
          return perform(ctx, settings, (change) => settle(change, request));
        },
      ),
      lease: handlers.object.exclusive(
        { ...PRIVATE, input: jsonOf<LeaseRequest>(), output: jsonOf<LeaseAnswer>() },
        async (ctx: ObjectContext, input) => {
          const request = check(leaseSchema, input);
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
        { ...PUBLIC, input: limitBody() },
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
  body: Uint8Array,
): Promise<BudgetView> {
  const input = readBody(limitChangeSchema, body);
  const now = await ctx.date.now();
  return performAlone(ctx, settings, (change) => {
    const wrong = limitProblem(ctx.key, input, limitsOf(change.budget, settings));
    if (wrong !== undefined) throw invalidInput(wrong);
    const made = changeLimit(change, input, now);
    if (made !== undefined) recordLimitChange(ctx, made);
    return viewBudget(change.budget, settings);
  });
}

/** Takes any body, and tells Restate the JSON Schema of a good one. */
function limitBody(): Serde<Uint8Array> {
  const jsonSchema = describeSchema(limitChangeSchema);
  return {
    contentType: "application/json",
    ...(jsonSchema === undefined ? {} : { jsonSchema }),
    serialize: (bytes) => bytes,
    deserialize: (bytes) => bytes,
  };
}

function checkLevel(ctx: ObjectSharedContext, level?: "task"): void {
  const name = parseBudgetKey(ctx.key);
  if (name === undefined) throw invalidInput(KEY_PROBLEM);
  if (level !== undefined && name.level !== level)
    throw invalidInput("reservations are made on a task's own budget, task/<taskUid>");
}
