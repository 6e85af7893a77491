// Owns what a mutation of a history is: one thing made wrong, and the law that it breaks.
import type { History, HistoryLaw } from "../../../testing/index.ts";

export interface Mutation {
  readonly name: string;
  readonly law: HistoryLaw;
  /** What it is told by. */
  readonly says: string;
  /** Undefined for a history in which there is nothing of its kind to make wrong. */
  readonly mutate: (history: History) => History | undefined;
}
