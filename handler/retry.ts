// Owns how long the engine goes on with a handler of ours that fails.

/** For ever: an outage, however long, loses nothing (F24). Times in milliseconds. */
export const RETRY_FOREVER = {
  initialInterval: 100,
  maxInterval: 2_000,
  exponentiationFactor: 2,
  maxAttempts: Number.MAX_SAFE_INTEGER,
};
