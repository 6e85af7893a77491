// Owns how budgets read: their names, their amounts by dimension, and the days' use as a plot's points. Pure.
import type { BudgetDimension } from "../../contract/budget.ts";
import type { BudgetList } from "../../contract/oversight.ts";
import { count, money, spanWords } from "../controls/time-words.ts";

export type Budget = BudgetList["budgets"][number];

/** A dimension that is new in the contract does not compile until it has words here. */
export const DIMENSIONS: Readonly<Record<BudgetDimension, string>> = {
  money: "Money",
  inputTokens: "Input tokens",
  outputTokens: "Output tokens",
  steps: "Steps",
  toolCalls: "Tool calls",
  wallMs: "Time at work",
  concurrency: "At once",
};

export function isDimension(text: string | undefined): text is BudgetDimension {
  return text !== undefined && Object.hasOwn(DIMENSIONS, text);
}

export function amountWords(dimension: BudgetDimension, amount: number): string {
  if (dimension === "money") return money(amount);
  return dimension === "wallMs" ? spanWords(amount) : count(amount);
}

export function budgetName({ level, owner, date }: Budget): string {
  if (level === "owner") return `of ${owner ?? ""}`;
  return level === "day" ? `on ${date ?? ""}` : "all together";
}

export interface Standing {
  readonly used: number;
  /** For what is not over yet, here or in budgets below. */
  readonly held: number;
  readonly limit: number | undefined;
}

export function standingOf(
  { used, reserved, leased, limit }: Budget,
  dimension: BudgetDimension,
): Standing {
  const held = (reserved[dimension] ?? 0) + (leased[dimension] ?? 0);
  return { used: used[dimension] ?? 0, held, limit: limit[dimension] };
}

/** As uPlot takes it: seconds, used, used with what is held back, limit; the oldest day first. */
export function pointsOf(
  budgets: readonly Budget[],
  dimension: BudgetDimension,
): [number[], number[], number[], (number | null)[]] {
  const days = budgets
    .flatMap((budget) => (budget.date === undefined ? [] : [{ date: budget.date, budget }]))
    .toSorted((one, other) => one.date.localeCompare(other.date));
  const standing = days.map(({ budget }) => standingOf(budget, dimension));
  const scale = dimension === "money" ? 1_000_000 : 1;
  return [
    days.map(({ date }) => Date.parse(date) / 1_000),
    standing.map(({ used }) => used / scale),
    standing.map(({ used, held }) => (used + held) / scale),
    standing.map(({ limit }) => (limit === undefined ? null : limit / scale)),
  ];
}
