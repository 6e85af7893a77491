// Owns what every row of a lifecycle map says (R79).

/** What R79 asks of every row. In words, for people. */
export interface Care {
  /** Where its state is kept, beside the task's own head and log. */
  readonly livesIn: string;
  /** Who brings it on, or answers for it. */
  readonly owner: string;
  readonly pause: string;
  readonly resume: string;
  /** How it is interrupted without harm. */
  readonly interrupt: string;
}
