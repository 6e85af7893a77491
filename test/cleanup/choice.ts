// Owns choosing at random by a seed, so that a run can be repeated.

/** Chooses one of these; the same seed makes the same choices. */
export function mulberry(seed: number): <T>(from: readonly [T, ...T[]]) => T {
  let state = seed;
  return (from) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    const share = ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    return from[Math.floor(share * from.length)] ?? from[0];
  };
}
