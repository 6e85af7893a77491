// Owns spans of time as people type them: `30s`, `10m`, `2h`, `1d`.
const SPAN = /^(\d{1,6})([smhd])$/;
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** In milliseconds; undefined for what is no span. */
export function spanMs(text: string): number | undefined {
  const [, count, unit = ""] = SPAN.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (UNIT_MS[unit] ?? 0);
}
