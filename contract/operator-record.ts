// Owns the record of what operators do to an object that is no task: its schedules, its dead letters.
// Append-only and chained by hashes, as a task's log is (L10). Persisted: add optional fields only.
import { z } from "zod";

export const OPERATOR_RECORD_VERSION = 1;
/** Entries that one page of `record` holds at most. */
const MAX_RECORD_PAGE = 500;

/** Body of `record`, of stops too. */
export const recordInputSchema = z
  .strictObject({
    /** Entries after this position; -1 from the start. */
    after: z.int().min(-1).default(-1),
    limit: z.int().min(1).max(MAX_RECORD_PAGE).default(100),
  })
  .default({ after: -1, limit: 100 });
export type RecordInput = z.infer<typeof recordInputSchema>;

export interface OperatorEntry {
  readonly v: typeof OPERATOR_RECORD_VERSION;
  /** Position, from 0, without gaps. */
  readonly seq: number;
  /** Milliseconds since the epoch, by a worker's clock. */
  readonly at: number;
  /** The handler that was called. */
  readonly verb: string;
  /** Who, as the caller said. */
  readonly actor: { readonly kind: "operator"; readonly id?: string };
  readonly reason: string;
  /** What it was done to, where the object's key does not say. */
  readonly subject?: string;
  /** Hash of the entry before; 64 zeros for the first. */
  readonly prev: string;
  /** SHA-256 of the canonical JSON of all the other fields. */
  readonly hash: string;
}

/** Answer of `record`. */
export interface OperatorRecordPage {
  readonly entries: readonly OperatorEntry[];
  readonly cursor: number;
  readonly more: boolean;
}
