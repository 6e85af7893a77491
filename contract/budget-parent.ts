// Owns how a task is told that it draws on the budget of another one: what whoever starts a child
// says in its command, and what the child's head keeps for life. Never taken from outside.

/** The task whose budget a child draws on. Families are at most 32 generations deep. */
export interface BudgetParent {
  readonly agent: string;
  readonly taskId: string;
  readonly taskUid: string;
  /** The `taskUid`s of those that the parent itself draws on, its own parent first. */
  readonly ancestors?: readonly string[];
}
