// Owns what a deployment says about budgets: which levels there are, their limits until someone
// changes them, and how slices are cut. Checked once, when the app is put together.
import type { Amounts, BudgetLevel, Limits } from "../../contract/budget.ts";
import { BUDGET_LEVELS, amountsSchema } from "../../contract/budget.ts";

export interface LevelSettings {
  /** Of every budget of this level, until `limit` says otherwise; absent dimensions have none. */
  readonly limit?: Limits;
  /** What a budget of this level leases out at once, where there is plenty: default 8 x the need. */
  readonly slice?: Amounts;
}

/**
 * What is done about a model whose price is not known: `refuse` the call, or `count-tokens`, so
 * that it costs nothing and only the other dimensions hold it.
 */
export type MissingPrice = "refuse" | "count-tokens";

/** Of which denials a task asks people to extend the budget (docs/budgets.md). */
export interface AskToExtend {
  readonly levels: readonly BudgetLevel[];
  /** How much at once, at least; what is missing is asked for in any case. */
  readonly by: Amounts;
}

export interface BudgetSpec {
  /** The levels that are kept. A level that is absent is neither counted nor limited. */
  readonly levels: { readonly [L in BudgetLevel]?: LevelSettings };
  /** A slice that nobody has used for so long goes back, in milliseconds. Default 5 minutes. */
  readonly idleMs?: number;
  /**
   * Desks between a tenant's or a day's budget and those who ask it, so that no single object is
   * asked by all: 1 to 64, default 8. With 1 there are none.
   */
  readonly desks?: number;
  /** Default: `refuse` where these settings limit money at any level, else `count-tokens`. */
  readonly missingPrice?: MissingPrice;
  /** Default: nobody is asked; a person changes a limit by `limit`. */
  readonly askToExtend?: Pick<AskToExtend, "levels"> & Partial<AskToExtend>;
}

export interface BudgetSettings extends Required<BudgetSpec> {
  readonly askToExtend: AskToExtend;
}

const DEFAULT_IDLE_MS = 5 * 60_000;
const DEFAULT_DESKS = 8;
const MAX_DESKS = 64;
const LONGEST_IDLE_MS = 24 * 60 * 60_000;

/** Checks and completes the settings. Throws an Error with a line per problem. */
export function defineBudgets(spec: BudgetSpec): BudgetSettings {
  const { levels, idleMs = DEFAULT_IDLE_MS, desks = DEFAULT_DESKS, askToExtend } = spec;
  const problems = [
    ...Object.keys(levels)
      .filter((level) => !(BUDGET_LEVELS as readonly string[]).includes(level))
      .map((level) => `there is no level "${level}"; the levels are ${BUDGET_LEVELS.join(", ")}`),
    ...BUDGET_LEVELS.flatMap((level) => [
      ...amountProblems(`levels.${level}.limit`, levels[level]?.limit),
      ...amountProblems(`levels.${level}.slice`, levels[level]?.slice),
    ]),
    ...(levels.day?.limit?.concurrency === undefined
      ? []
      : ["levels.day.limit.concurrency has no meaning; limit it for the owner or the tenant"]),
    ...wholeProblem("idleMs", idleMs, LONGEST_IDLE_MS),
    ...wholeProblem("desks", desks, MAX_DESKS),
    ...choiceProblem(spec.missingPrice),
    ...(askToExtend?.levels ?? [])
      .filter((level) => levels[level] === undefined)
      .map((level) => `askToExtend.levels names "${level}", which is not among the levels`),
    ...amountProblems("askToExtend.by", askToExtend?.by),
  ];
  if (problems.length > 0) throw new Error(`budgets: ${problems.join("\nbudgets: ")}`);
  const inMoney = Object.values(levels).some(({ limit }) => limit?.money !== undefined);
  const { missingPrice = inMoney ? "refuse" : "count-tokens" } = spec;
  const asks = { levels: [], by: {}, ...askToExtend };
  return { levels, idleMs, desks, missingPrice, askToExtend: asks };
}

function amountProblems(name: string, amounts: unknown): string[] {
  if (amounts === undefined) return [];
  const parsed = amountsSchema.safeParse(amounts);
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => `${[name, ...issue.path].join(".")} ${issue.message}`);
}

function wholeProblem(name: string, value: number, max: number): string[] {
  const good = Number.isInteger(value) && value >= 1 && value <= max;
  return good ? [] : [`${name} must be a whole number from 1 to ${max}`];
}

function choiceProblem(choice: string | undefined): string[] {
  const good = choice === undefined || choice === "refuse" || choice === "count-tokens";
  return good ? [] : ['missingPrice must be "refuse" or "count-tokens"'];
}
