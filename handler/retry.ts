// Owns how long the engine goes on with a handler of ours that fails.

/** For ever: an outage, however long, loses nothing (F24). Times in milliseconds. */
export const RETRY_FOREVER = {
  initialInterval: 100,
  maxInterval: 2_000,
  exponentiationFactor: 2,
  maxAttempts: Number.MAX_SAFE_INTEGER,
};

/** For ever too, at a slower pace: of what asks or tells the outside. */
export const RETRY_OUTSIDE_FOREVER = {
  initialInterval: 200,
  maxInterval: 5_000,
  maxAttempts: Number.MAX_SAFE_INTEGER,
};
