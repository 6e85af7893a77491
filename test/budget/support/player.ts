// Owns what a game of chance with budgets is made of: its players and its table.
import type { Amounts, BudgetPlace, ReserveRequest } from "../../../contract/budget.ts";
import type { BudgetSettings } from "../../../core/budget/settings.ts";
import type { Network } from "./network.ts";

export const TENANT = "acme";

export interface Player {
  readonly uid: string;
  readonly key: string;
  readonly place: BudgetPlace;
  next: number;
  /** Days since the game began. */
  day: number;
  /** Granted and not settled, by number. */
  readonly open: Map<number, Amounts>;
  /** What it asks for until it is granted. */
  asks?: ReserveRequest;
  state: "free" | "busy" | "denied" | "ended";
  /** A paused task takes no notice. */
  paused: boolean;
  /** Settled by itself, not by its children. */
  used: Amounts;
}

export interface Game {
  readonly network: Network;
  readonly players: readonly Player[];
  readonly settings: BudgetSettings;
  /** Providers ignore their caps. */
  readonly overruns: boolean;
}
