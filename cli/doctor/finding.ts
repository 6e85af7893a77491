// Owns the form of what the doctor finds.

/** `note`: it is as it may be, and worth knowing. */
export interface Finding {
  readonly check: string;
  readonly status: "ok" | "note" | "failed";
  readonly found: string;
  /** What to do; only where something may be done. */
  readonly fix?: string;
}
