// Owns what a task's status says of its erasure (R102), of who keeps it from that, and of when it is due.
import type { RetentionView } from "./retention.ts";

/** Of a task's status: what became of its content, or must not become of it. */
export interface ErasureView {
  /** When, and how many entries of its log. */
  readonly erased?: { readonly at: number; readonly entries: number };
  /** What becomes of it once it has ended; absent: it is kept until somebody erases it. */
  readonly retention?: RetentionView;
  /** It may not be erased: since when, by whose word and why. */
  readonly preserved?: Preserved;
}

export interface Preserved {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly by?: string;
  readonly reason: string;
}
