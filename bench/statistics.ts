// Owns the few numbers that a series of samples is summed up by. Knows nothing of what they are of.

/** The middle one; the mean of the two in the middle for an even count. */
export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const below = sorted[Math.ceil(middle) - 1];
  const above = sorted[Math.floor(middle)];
  if (below === undefined || above === undefined) throw new Error("no samples");
  return (below + above) / 2;
}

/** The smallest sample that at least this share of all samples does not exceed; 0.99 for p99. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((one, other) => one - other);
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (found === undefined) throw new Error("no samples");
  return found;
}

/** The median of two rounds' quotients, round by round: what disturbed a round disturbed both sides. */
export function medianRatio(over: readonly number[], under: readonly number[]): number {
  return median(over.map((value, round) => value / (under[round] ?? Number.NaN)));
}

export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}
