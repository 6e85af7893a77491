// Owns the language of budgets: what is counted, at which levels, and what the budget object
// `holdfast.budget` is sent and answers. Its private messages are journaled by Restate and may
// wait there across deployments: add optional fields only, or raise BUDGET_VERSION.
import { z } from "zod";
import type { ApprovalClaim } from "./approval.ts";
import { textSchema } from "./text.ts";

export const BUDGET_SERVICE = "holdfast.budget";
export const BUDGET_VERSION = 1;

/**
 * What is counted, in whole numbers. `money` is in millionths of the deployment's one currency;
 * `wallMs` is the time that model and tool calls take, in milliseconds, not the time of waiting;
 * `concurrency` is the tasks that work at once: it is taken and given back, and never used up.
 */
export const BUDGET_DIMENSIONS = [
  "inputTokens",
  "outputTokens",
  "money",
  "steps",
  "toolCalls",
  "wallMs",
  "concurrency",
] as const;
export type BudgetDimension = (typeof BUDGET_DIMENSIONS)[number];

/** Whose budgets tasks without a tenant draw on; no tenant of the gateway has this name. */
export const NO_TENANT_BUDGETS = "default";

/** From the one that asks to the ones that are asked: the order in which locks are taken (L15). */
export const BUDGET_LEVELS = ["task", "owner", "tenant", "day"] as const;
export type BudgetLevel = (typeof BUDGET_LEVELS)[number];

/** How much of each dimension; one that is absent is 0. */
export type Amounts = { readonly [D in BudgetDimension]?: number };
/** The ceiling of each dimension; one that is absent has none. */
export type Limits = Amounts;

const WHOLE = `must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER} (money in millionths)`;
const amount = z.int(WHOLE).min(0, WHOLE);

function eachDimension<T extends z.ZodType>(schema: T) {
  const each = z.exactOptional(schema);
  return z.strictObject({
    inputTokens: each,
    outputTokens: each,
    money: each,
    steps: each,
    toolCalls: each,
    wallMs: each,
    concurrency: each,
  });
}

export const amountsSchema = eachDimension(amount);

const placeName = textSchema.min(1).max(256);

/** Whose budgets a task draws on; fixed for the task's life. */
export const budgetPlaceSchema = z.strictObject({
  tenant: placeName,
  owner: z.exactOptional(placeName),
  /** The `taskUid`s of the parent, its parent and so on; a child draws on its parent's budget. */
  ancestors: z.exactOptional(z.array(placeName).max(32)),
});
export type BudgetPlace = z.infer<typeof budgetPlaceSchema>;

const reservationNumber = z.int().min(0);
const settlementSchema = z.strictObject({ n: reservationNumber, used: amountsSchema });
/** What became of a reservation. Nothing used is a release. */
export type Settlement = z.infer<typeof settlementSchema>;

/** Input of `reserve`, on the task's own budget, by the task's segment. */
export const reserveSchema = z.strictObject({
  v: z.literal(BUDGET_VERSION),
  /** The reservation's number: the task counts them, and never uses one again for another. */
  n: reservationNumber,
  amounts: amountsSchema,
  place: budgetPlaceSchema,
  /** Now, milliseconds since the epoch, as the segment has recorded it; its UTC date is the day. */
  at: z.int().min(0),
  /** Settled before anything is reserved. */
  settles: z.array(settlementSchema).max(256),
  /**
   * The lowest number that the task may still settle, `n` if it has no other open. Reservations
   * below it that are still open are settled as wholly used: nobody knows what became of them.
   */
  oldest: reservationNumber,
  /**
   * The task begins to work, or goes on: with its first reservation it takes one of
   * `concurrency`, which it has until it is denied or rests.
   */
  works: z.exactOptional(z.boolean()),
  /** Woken with a BudgetNotice when a reservation that was denied has a chance again. */
  wake: z.exactOptional(z.strictObject({ agent: z.string(), taskId: z.string() })),
});
export type ReserveRequest = z.infer<typeof reserveSchema>;

/** Why a reservation was denied, in the numbers of that instant. */
export interface BudgetDenial {
  /** The budget that denied: its key, and its level. */
  readonly budget: string;
  readonly level: BudgetLevel;
  readonly dimension: BudgetDimension;
  readonly limit: number;
  /** Settled. */
  readonly used: number;
  /** Reserved, or leased to budgets below, and not settled yet. */
  readonly reserved: number;
  /** What was asked for. */
  readonly needed: number;
}

/** What people are asked to add to a limit, as long as it can be decided. */
export interface ExtensionView {
  readonly budget: string;
  readonly dimension: BudgetDimension;
  readonly amount: number;
  readonly approvalId: string;
  /** What a decision must name. */
  readonly digest: string;
  readonly awakeableId: string;
  /** As of a call's approval. */
  readonly claim?: ApprovalClaim;
}

export type ReserveAnswer =
  | {
      readonly result: "granted";
      readonly n: number;
      /** What some budget limits that the task draws on, its own included. Absent: not known. */
      readonly limited?: readonly BudgetDimension[];
    }
  | ({ readonly result: "denied"; readonly n: number } & BudgetDenial)
  /** A reservation with this number, or a later one, is over already. */
  | { readonly result: "settled"; readonly n: number };

/** Input of `settle`, on the task's own budget. Sent, not called: nobody waits for it. */
export const settleSchema = z.strictObject({
  v: z.literal(BUDGET_VERSION),
  settlements: z.array(settlementSchema).max(256),
  /** As in `reserve`; a task that has ended says the number that it would use next. */
  oldest: reservationNumber,
  /**
   * The turn has ended, the task waits or has ended: what it holds unused goes back to whom it
   * came from, and it waits for nothing here.
   */
  rest: z.exactOptional(z.boolean()),
});
export type SettleRequest = z.infer<typeof settleSchema>;

/** Input of `lease`: from one budget to the one above it, one at a time, numbered. */
export const leaseSchema = z.strictObject({
  v: z.literal(BUDGET_VERSION),
  /** Key of the budget that asks. */
  holder: z.string(),
  /** One more than the last that was answered; asked again, it is answered again and done once. */
  seq: z.int().min(1),
  /** Of the holder's slice: settled since the last time. */
  used: amountsSchema,
  /** Of the holder's slice: not needed any more. */
  giveBack: amountsSchema,
  /** More, at least this much or nothing. */
  need: amountsSchema,
  /** As much as this is welcome. */
  want: amountsSchema,
  /** The least that others below the holder wait for, if any do, whom this budget has denied. */
  waits: z.exactOptional(amountsSchema),
  /** The holder has nothing left and waits for nothing. */
  bye: z.exactOptional(z.boolean()),
  /** Where a parent task's budget that was never asked before stands. */
  place: z.exactOptional(budgetPlaceSchema),
});
export type LeaseRequest = z.infer<typeof leaseSchema>;

export interface LeaseAnswer {
  readonly seq: number;
  readonly granted: Amounts;
  readonly denied?: BudgetDenial;
  /** What this budget limits, or one that it draws on. */
  readonly limited?: readonly BudgetDimension[];
  /** Others wait: what is granted and not used is to be given back at once. */
  readonly scarce?: true;
  /** The request was an old one and nothing was done. */
  readonly stale?: true;
}

/** Input of `attend`: what budgets tell each other and themselves. Always sent. */
export type BudgetMessage = { readonly v: typeof BUDGET_VERSION } &
  /** The budget above is short: give back what is not used. */
  (
    | { readonly type: "recall" }
    /** The budget above may have this much again (absent: any amount) for who was denied. */
    | { readonly type: "offer"; readonly from: string; readonly free: Limits }
    /** Nothing has happened since activity number `activity`: give back what is not used. */
    | { readonly type: "idle"; readonly activity: number }
    /** Offer again what may have been offered to somebody who did not take it. */
    | { readonly type: "look" }
    /** Recall from the next holders, those whose key is after this one. */
    | { readonly type: "recall-more"; readonly after: string }
    /** Forget a holder that said bye with this number. */
    | { readonly type: "forget"; readonly holder: string; readonly seq: number }
  );

/**
 * A variant of `Wake`: the task that was denied may try again, with the same number. It may be
 * denied again, and it may come late or twice; a task looks by itself now and then all the same.
 */
export interface BudgetNotice {
  readonly type: "budget";
  /** Key of the task's budget. */
  readonly budget: string;
}

/** Body of the public handler `limit`. One of `set` and `extend`, with who and why. */
export const limitChangeSchema = z
  .strictObject({
    /** New limits by dimension; null takes a limit away. */
    set: z.exactOptional(eachDimension(amount.nullable())),
    /** Added to the limits that are in force; a dimension without a limit stays without. */
    extend: z.exactOptional(amountsSchema),
    by: textSchema.min(1).max(256),
    reason: textSchema.min(1).max(1024),
    /** Changed once by this id, as long as it is among the last changes. */
    changeId: z.exactOptional(textSchema.min(1).max(256)),
  })
  .refine((change) => (change.set === undefined) !== (change.extend === undefined), {
    error: "give either set or extend",
  });
export type LimitChangeInput = z.infer<typeof limitChangeSchema>;

/** A change of limits, as it is kept for ever. */
export interface LimitChange {
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly by: string;
  readonly reason: string;
  readonly changeId?: string;
  readonly before: Limits;
  readonly after: Limits;
  /** Hash of the change before; 64 zeros for the first. Absent in old ones. */
  readonly prev?: string;
  /** SHA-256 of the canonical JSON of all the other fields. */
  readonly hash?: string;
}

/** What `show` answers. All amounts of one instant: used + reserved + leased <= limit. */
export interface BudgetView {
  readonly budget: string;
  readonly level: BudgetLevel;
  readonly limit: Limits;
  /** Settled, as far as the budgets below have reported it. */
  readonly used: Amounts;
  readonly reserved: Amounts;
  /** Out with budgets below, which reserve and settle on it. */
  readonly leased: Amounts;
  /** Used above what was reserved for it: a provider ignored its cap. Contained in `used`. */
  readonly overrun: Amounts;
  /** The highest that used + reserved + leased ever was, by dimension. */
  readonly highWater: Amounts;
  readonly open: readonly { readonly n: number; readonly amounts: Amounts }[];
  /** What it has on lease from the budgets above and may still use, by their key. */
  readonly holds: Readonly<Record<string, Amounts>>;
  /** How many below wait for more. */
  readonly waiting: number;
  /** Reservations, settlements and leases that it was asked for, ever. */
  readonly requests: number;
  /** The last 20. */
  readonly changes: readonly LimitChange[];
}
