// Owns how times and spans are written for people. Times are in UTC, as everywhere in the house.

/** `2026-03-01T09:30:00Z`; empty for none. */
export function timeText(at: number | undefined): string {
  return at === undefined ? "" : `${new Date(at).toISOString().slice(0, 19)}Z`;
}

const UNITS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "m"],
  [1_000, "s"],
] as const;

/** A span in its largest whole unit, such as `3h`; what has begun in the future is `0s`. */
export function spanText(milliseconds: number): string {
  const [unit, name] = UNITS.find(([each]) => milliseconds >= each) ?? [1_000, "s"];
  return `${Math.max(0, Math.floor(milliseconds / unit))}${name}`;
}
