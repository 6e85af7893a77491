// Owns what an author's code says of an effect that may have been made: by `reconcile` and by
// `compensate`.

/** What the other side knows of an effect. */
export type ReconcileAnswer<Output = unknown> =
  | { readonly outcome: "applied"; readonly result: Output }
  | { readonly outcome: "not-applied" }
  | { readonly outcome: "unknown"; readonly reason: string };

/** What became of undoing an effect. */
export type CompensateAnswer =
  | { readonly outcome: "undone" }
  /** The effect stands: it cannot be undone, or provably was not. */
  | { readonly outcome: "committed"; readonly reason: string }
  | { readonly outcome: "unknown"; readonly reason: string };
