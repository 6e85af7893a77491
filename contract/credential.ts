// Owns where credentials come from: what is asked for, and what a resolver answers. Values are in
// memory only, inside the action that uses them (L9); nothing else here may hold one.

export interface CredentialRequest {
  /** As the tool declares it. */
  readonly name: string;
  /** Whose credential; absent for a task of no tenant. Never another tenant's is answered. */
  readonly tenant?: string;
  readonly tool: string;
  readonly agent: string;
}

/** Why there is no value. People read `fix`: what to do and where, never a value. */
export interface NoCredential {
  /**
   * `missing`: there is none. `expired`: there was one. `refused`: there is one, and it must not
   * be used as it is kept, or whoever keeps it does not give it.
   */
  readonly outcome: "missing" | "expired" | "refused";
  readonly fix: string;
}

export interface FoundCredential {
  readonly outcome: "ok";
  readonly value: string;
  /** Milliseconds since the epoch; absent where the source does not know. */
  readonly expiresAt?: number;
  /** Where to renew it, for people, such as `the environment variable SHOP_KEY`. */
  readonly source: string;
}

export type CredentialAnswer = FoundCredential | NoCredential;

/** A source of credentials. Any number of requests run at once. */
export interface CredentialResolver {
  /** Rejects when the source cannot be asked now: the attempt is then made again, without end. */
  resolve(request: CredentialRequest, signal: AbortSignal): Promise<CredentialAnswer>;
  /**
   * The value that was answered last was refused by the other side: the next answer must not come
   * from memory.
   */
  invalidate?(request: CredentialRequest): void;
}

/**
 * Shortest credential that is given out. A shorter one cannot be told from ordinary text, so
 * nothing could keep it out of results and logs.
 */
export const MIN_CREDENTIAL_LENGTH = 8;
