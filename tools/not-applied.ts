// Owns the word of a tool that nothing happened: the effect was certainly not made, so another
// attempt is safe whatever the effect class.

// Registered, so that two copies of this package in one process agree.
const BRAND = Symbol.for("holdfast.not-applied");

/**
 * An Error for `execute` or `compensate` to throw when it is certain that the other side did
 * nothing, such as a refused connection or an answer that says "come again". Another attempt
 * follows, with pauses, up to `retry.maxAttempts`; then the model reads `reason`, so it holds no
 * secret. Never throw it for an answer that did not come.
 */
export function notApplied(reason: string): Error {
  return Object.assign(new Error(reason), { name: "NotApplied", [BRAND]: true });
}

/** Whether this was made by `notApplied`. */
export function isNotApplied(error: unknown): error is Error {
  return error instanceof Error && BRAND in error;
}
