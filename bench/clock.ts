// Owns the clock that all processes of a measurement share: Linux's monotonic one.

/** Milliseconds; comparable between processes of one machine, unlike `performance.now()`. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
