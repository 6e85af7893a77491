// Owns the state of one budget: what was settled, reserved and leased out, what it has on lease
// itself, and who waits. One value of bounded size, but for a small row per holder of a lease.
import type {
  Amounts,
  BudgetDimension,
  BudgetLevel,
  BudgetMessage,
  BudgetPlace,
  LeaseAnswer,
  LeaseRequest,
  LimitChange,
  Limits,
  ReserveRequest,
} from "../../contract/budget.ts";
import { BUDGET_DIMENSIONS } from "../../contract/budget.ts";
import { largest, minus, plus, roomIn } from "./amounts.ts";
import { parseBudgetKey } from "./levels.ts";
import type { BudgetSettings } from "./settings.ts";

export const BUDGET_STATE_VERSION = 1;

export interface Reservation {
  readonly n: number;
  readonly amounts: Amounts;
  /** The keys of the budgets that it is drawn from: what is used counts there, whatever the day. */
  readonly from: readonly string[];
}

/** What a budget has with one that it draws on. */
export interface Source {
  /** Of the last request that was answered. */
  readonly seq: number;
  /** Leased to this budget and not reported as used. */
  readonly held: Amounts;
  /** Of that: reserved, or leased on. */
  readonly committed: Amounts;
  /** Of that: used, and not reported yet. */
  readonly spent: Amounts;
  /** Whether the other one has a row for this budget. */
  readonly open: boolean;
  /** The least that it knows somebody here to wait for. */
  readonly told?: Amounts;
  /** What it limits, or one that it draws on, when it answered last. */
  readonly limited?: readonly BudgetDimension[];
  /** It is short, or was when it gave last: until it gives again and is not. */
  readonly recalled?: true;
  /** Sent, and maybe done, but its answer is not taken in. Sent again before anything else. */
  readonly pending?: LeaseRequest;
}

/** Somebody who was denied. */
export interface Waiting {
  /** The budget below; absent for this budget's own task. */
  readonly holder?: string;
  readonly need: Amounts;
  /** The key of the budget that was short: this one, or one that it draws on. */
  readonly at: string;
  /** How often it was offered room since it asked. */
  readonly offers: number;
  /** It was, and may yet take it: it is not offered room again before the next look. */
  readonly offered: boolean;
}

/** A lease as the budget that gave it knows it. */
export interface HolderRow {
  readonly seq: number;
  readonly slice: Amounts;
  /** The budget that the slice was drawn from. */
  readonly from?: string;
  /** Absent while the request is being done. */
  readonly answer?: LeaseAnswer;
  /** The holder said bye; the row is kept for a while against repeats. */
  readonly gone?: true;
}

export interface BudgetState {
  readonly v: typeof BUDGET_STATE_VERSION;
  readonly key: string;
  /** Set by `limit`, over the settings; null is "none". */
  readonly limit: { readonly [D in BudgetDimension]?: number | null };
  readonly used: Amounts;
  readonly reserved: Amounts;
  readonly leased: Amounts;
  readonly overrun: Amounts;
  readonly highWater: Amounts;
  readonly open: readonly Reservation[];
  /** The task works: it has one of `concurrency` from these budgets, beside what is open. */
  readonly slot?: Pick<Reservation, "from">;
  /** Every reservation with a lower number is over. */
  readonly watermark: number;
  /** Those above it that are over too. */
  readonly over: readonly number[];
  readonly sources: Readonly<Record<string, Source>>;
  readonly waiting: readonly Waiting[];
  readonly place?: BudgetPlace;
  readonly wake?: NonNullable<ReserveRequest["wake"]>;
  /** The row that was written last: it becomes a key of its own when another takes its place. */
  readonly last?: { readonly holder: string; readonly row: HolderRow };
  /** Something was leased out since the last recall. */
  readonly lent: boolean;
  /** A source is short: what becomes free goes up at once, until none of them is. */
  readonly recalled: boolean;
  /** Counts what was done, so that a timer knows whether anything was. */
  readonly activity: number;
  readonly idleTimer: boolean;
  readonly lookTimer: boolean;
  /** The last 20. */
  readonly changes: readonly LimitChange[];
}

export function newBudget(key: string): BudgetState {
  return {
    v: BUDGET_STATE_VERSION,
    key,
    limit: {},
    used: {},
    reserved: {},
    leased: {},
    overrun: {},
    highWater: {},
    open: [],
    watermark: 0,
    over: [],
    sources: {},
    waiting: [],
    lent: false,
    recalled: false,
    activity: 0,
    idleTimer: false,
    lookTimer: false,
    changes: [],
  };
}

/** What follows from a change, sent when it is stored. */
export type BudgetSend =
  | {
      readonly type: "attend";
      readonly key: string;
      readonly message: BudgetMessage;
      readonly delayMs?: number;
    }
  | { readonly type: "wake"; readonly agent: string; readonly taskId: string }
  /** Recall from all holders whose key is after this one. */
  | { readonly type: "recall-holders"; readonly after: string };

/** One handler's change of a budget, in memory until it is stored. */
export interface BudgetChange {
  budget: BudgetState;
  readonly settings: BudgetSettings;
  readonly sends: BudgetSend[];
  /** Rows to be stored, before the budget itself; undefined clears. */
  readonly rows: Map<string, HolderRow | undefined>;
}

/** A request to a budget above. The change is stored before it is made. */
export interface Ask {
  readonly key: string;
  readonly request: LeaseRequest;
}

/** A piece of work on a budget, which is interrupted by what it asks of others. */
export type Work<T> = Generator<Ask, T, LeaseAnswer>;

export function openChange(budget: BudgetState, settings: BudgetSettings): BudgetChange {
  return { budget, settings, sends: [], rows: new Map() };
}

export function write(change: BudgetChange, patch: Partial<BudgetState>): void {
  const budget = { ...change.budget, ...patch };
  change.budget = { ...budget, highWater: largest(budget.highWater, takenOf(budget)) };
}

/** Settled, reserved and leased out: what the limit is held against. */
export function takenOf({ used, reserved, leased }: BudgetState): Amounts {
  return plus(plus(used, reserved), leased);
}

export function levelOf(key: string): BudgetLevel {
  const level = parseBudgetKey(key)?.level;
  if (level === undefined) throw new Error("the key names no budget");
  return level;
}

/** The limits in force: the ones that were set, over those of the settings. A desk has none. */
export function limitsOf(budget: BudgetState, settings: BudgetSettings): Limits {
  const name = parseBudgetKey(budget.key);
  if (name === undefined || ("desk" in name && name.desk !== undefined)) return {};
  const limits = { ...settings.levels[name.level]?.limit, ...budget.limit };
  const inForce = Object.entries(limits).filter(([, limit]) => limit !== null);
  return Object.fromEntries(inForce);
}

export function roomOf({ budget, settings }: BudgetChange): Limits {
  return roomIn(limitsOf(budget, settings), takenOf(budget));
}

/** What this budget limits, and what those do that it was told of by its sources. */
export function limitedAt({ budget, settings }: BudgetChange): readonly BudgetDimension[] {
  const own = limitsOf(budget, settings);
  const above = Object.values(budget.sources).flatMap(({ limited = [] }) => limited);
  return BUDGET_DIMENSIONS.filter((each) => own[each] !== undefined || above.includes(each));
}

const NEW_SOURCE: Source = { seq: 0, held: {}, committed: {}, spent: {}, open: false };

export function sourceOf(budget: BudgetState, key: string): Source {
  return budget.sources[key] ?? NEW_SOURCE;
}

export function writeSource(change: BudgetChange, key: string, patch: Partial<Source>): void {
  const { sources } = change.budget;
  const source = { ...sourceOf(change.budget, key), ...patch };
  write(change, { sources: { ...sources, [key]: source } });
}

/** What a source has given and nobody uses. Negative after an overrun. */
export function spareOf({ held, committed, spent }: Source): Amounts {
  return minus(held, plus(committed, spent));
}
