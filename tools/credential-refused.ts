// Owns the word of a tool that the other side refused a credential, and so did nothing.

// Registered, so that two copies of this package in one process agree.
const BRAND = Symbol.for("holdfast.credential-refused");

export interface CredentialRefused {
  /** The credential's name, as the tool declares it. */
  readonly credential: string;
}

/**
 * An Error to throw when the other side refused a credential (401, "token expired") and did
 * nothing else. The tool runs once more with a fresh value, if there is another one; else the
 * task waits, as `waiting-auth`, for whoever can renew it. `reason` is for people and says
 * neither the value nor what the other side answered.
 */
export function credentialRefused(name: string, reason: string): Error & CredentialRefused {
  return Object.assign(new Error(reason), {
    name: "CredentialRefused",
    credential: name,
    [BRAND]: true,
  });
}

/** Whether this was made by `credentialRefused`. */
export function isCredentialRefused(error: unknown): error is Error & CredentialRefused {
  return error instanceof Error && BRAND in error;
}
