// Owns how large a value is as JSON, which bounds on stated values count by.

/** Bytes; 0 for undefined, Infinity for what cannot be written. */
export function jsonBytes(value: unknown): number {
  if (value === undefined) return 0;
  try {
    return new TextEncoder().encode(JSON.stringify(value)).length;
  } catch {
    // Nested deeper than JSON.stringify goes.
    return Infinity;
  }
}
