// Owns the time axis of the waterfall. A task works for seconds and waits for days: a stretch in which nothing is
// at work is drawn as a narrow gap, however long it was, and says so. Pure.

export interface Stretch {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  /** Nothing was at work. */
  readonly gap: boolean;
  /** Where it is on the axis, as parts of 1. */
  readonly start: number;
  readonly end: number;
}

export interface TimeScale {
  readonly stretches: readonly Stretch[];
  /** Place of a time on the axis, from 0 to 1; never decreasing. */
  place(at: number): number;
}

interface Busy {
  readonly from: number;
  readonly to: number;
}

/** Gaps that are shorter than this part of the work are left as they are. */
const GAP_SHARE = 0.25;
/** Part of the axis that a gap takes, and all of them together at most. */
const GAP_WIDTH = 0.05;
const MOST_GAPS = 0.5;

/** `work`: what is never shortened; `from` and `to` the ends of the axis. */
export function timeScale(work: readonly Busy[], from: number, to: number): TimeScale {
  const end = Math.max(to, from + 1);
  const busy = merged(work, from, end);
  const worked = busy.reduce((sum, each) => sum + each.to - each.from, 0);
  const least = Math.max(worked * GAP_SHARE, 1_000);
  const pieces: { from: number; to: number; gap: boolean }[] = [];
  let at = from;
  for (const each of [...busy, { from: end, to: end }]) {
    if (each.from > at) pieces.push({ from: at, to: each.from, gap: each.from - at > least });
    if (each.to > each.from) pieces.push({ ...each, gap: false });
    at = Math.max(at, each.to);
  }
  return placed(pieces, from, end);
}

function merged(work: readonly Busy[], from: number, to: number): readonly Busy[] {
  const busy: { from: number; to: number }[] = [];
  for (const each of work.toSorted((one, other) => one.from - other.from)) {
    const start = Math.max(each.from, from);
    const stop = Math.min(each.to, to);
    const last = busy.at(-1);
    if (stop < start) continue;
    if (last !== undefined && start <= last.to) last.to = Math.max(last.to, stop);
    else busy.push({ from: start, to: stop });
  }
  return busy;
}

function placed(
  pieces: readonly { from: number; to: number; gap: boolean }[],
  from: number,
  to: number,
): TimeScale {
  const gaps = pieces.filter(({ gap }) => gap).length;
  const plain = pieces.reduce((sum, each) => sum + (each.gap ? 0 : each.to - each.from), 0);
  const gapWidth = gaps === 0 ? 0 : plain === 0 ? 1 / gaps : Math.min(GAP_WIDTH, MOST_GAPS / gaps);
  const perMs = plain === 0 ? 0 : (1 - gapWidth * gaps) / plain;
  let at = 0;
  const stretches = pieces.map((each): Stretch => {
    const start = at;
    at = Math.min(1, start + (each.gap ? gapWidth : (each.to - each.from) * perMs));
    return { ...each, start, end: at };
  });
  const place = (time: number): number => {
    if (time <= from) return 0;
    if (time >= to) return 1;
    const within = stretches.find((each) => time <= each.to);
    if (within === undefined) return 1;
    const share = (time - within.from) / Math.max(within.to - within.from, 1);
    return within.start + Math.max(0, share) * (within.end - within.start);
  };
  return { stretches, place };
}

/** Between two labels, and from one to a gap behind it, as a part of the axis. */
const TICK_WIDTH = 0.1;

/** Where a time is written at the axis: at beginnings of stretches, as far as there is room. */
export function ticksOf({ stretches }: TimeScale): readonly { at: number; place: number }[] {
  const ends = [...stretches.filter(({ gap }) => gap).map(({ start }) => start), 1];
  const ticks: { at: number; place: number }[] = [];
  let end = 0;
  for (const { from, gap, start } of stretches) {
    while (end < ends.length - 1 && (ends[end] ?? 1) < start) end += 1;
    const isFree = start - (ticks.at(-1)?.place ?? -1) >= TICK_WIDTH;
    if (!gap && isFree && (ends[end] ?? 1) - start >= TICK_WIDTH)
      ticks.push({ at: from, place: start });
  }
  return ticks;
}
