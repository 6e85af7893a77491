// Owns what an entry of the task log has beside what happened: its place, who caused it, and the
// hashes by which nothing can be changed unseen (L10, decision 0017). A part of event.ts.

/** Of what an app writes whose logs can be erased; 1, where the hash is of the content itself, else. */
export const EVENT_VERSION = 2;

/** Who caused an event. `id` is what the caller said of itself; the gateway will verify it. */
export interface Actor {
  readonly kind: "user" | "agent" | "operator" | "runtime";
  readonly id?: string;
}

export interface SealedEvent {
  readonly v: 1 | typeof EVENT_VERSION;
  /** Position in the log, from 0, without gaps. */
  readonly seq: number;
  /** Milliseconds since the epoch, by a worker's clock; never decreases within a log. */
  readonly at: number;
  readonly actor: Actor;
  /** Hash of the entry before; 64 zeros for the first. */
  readonly prev: string;
  /**
   * SHA-256 of the canonical JSON (RFC 8785) of all the other fields; of version 2, as they are once the
   * content is erased.
   */
  readonly hash: string;
  /** Of version 2. Without it nobody can try whether some content was the entry's, once that is erased. */
  readonly salt?: string;
  /**
   * The content was erased (R102): the digest of `{actor, reason, data, salt}` in its place. `actor` has
   * its kind alone then, and `data` is empty, and of no type's form.
   */
  readonly erased?: string;
}
