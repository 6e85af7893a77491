// Owns what the crash runner and its worker processes say to each other over Node's channel
// between parent and child.

/** What a worker is told of its surroundings. */
export interface CrashSettings {
  /** Restate's HTTP front. */
  readonly ingressUrl: string;
  readonly adminUrl: string;
  /** A directory for the app's own files; every worker of the run gets the same one. */
  readonly directory: string;
}

export type ToWorker =
  /** Listen there; nobody else does any more. */
  | { readonly serve: number }
  /** Count entries anew, and die in place of this one. */
  | { readonly arm: string | null };

export type FromWorker =
  /** Started, and waits to be told to serve. */
  | { readonly ready: true }
  | { readonly serving: readonly string[] }
  | { readonly armed: string | null }
  /** An entry is about to be sent. */
  | { readonly entry: string };
