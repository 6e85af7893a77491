// Owns the report of what became of undoing a task's effects. Persisted in the head and the log: add
// optional fields only.

/** What became of undoing the effects of a task. */
export interface CompensationReport {
  readonly undone: number;
  readonly committed: number;
  readonly unknown: number;
  /** The last 64; `effect.compensated` says it of each. */
  readonly effects: readonly {
    readonly operationId: string;
    /** Absent in old logs. */
    readonly tool?: string;
    readonly outcome: "undone" | "committed" | "unknown";
  }[];
}
