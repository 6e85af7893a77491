// Owns the language of signatures under task logs (decision 0017): what is signed, and the object that
// keeps the last signature of each task. Persisted and journaled: add optional fields only.

/** The end of a task's log as it was at some time: what is signed, as canonical JSON. */
export interface LogHead {
  readonly agent: string;
  readonly taskId: string;
  readonly taskUid: string;
  /** Position of the last entry, and its hash. */
  readonly seq: number;
  readonly hash: string;
}

/** A head with its signature: a compact JWS (RFC 7515) whose payload, the head, is left out. */
export interface SignedHead extends LogHead {
  readonly jws: string;
}

export const EVIDENCE_SERVICE = "holdfast.evidence";
export const EVIDENCE_VERSION = 1;

/** Entries after which a log's end is signed, whether the task has ended or not. */
export const SIGNED_EVERY = 1_024;

/** Input of the private `note`. */
export interface EvidenceNote {
  readonly v: typeof EVIDENCE_VERSION;
}

/** What became of one attempt to sign a log's end. Journaled. */
export type SignedLog =
  | { readonly outcome: "signed"; readonly head: SignedHead }
  /** It was checked up to here, and there is more of it. */
  | { readonly outcome: "more"; readonly checked: LogPlace }
  /** It does not go on from what was signed: nothing is signed any more. */
  | { readonly outcome: "broken"; readonly problem: string }
  /** There is no such task any more. */
  | { readonly outcome: "gone" };

/** Up to where a log is known to hold together. */
export interface LogPlace {
  readonly taskUid: string;
  readonly seq: number;
  readonly hash: string;
}

/** Checks what was written since, and signs the end. Rejects when the log cannot be read. */
export type SignLog = (
  task: { readonly agent: string; readonly taskId: string },
  from: LogPlace | undefined,
) => Promise<SignedLog>;
