// Owns the question whether it is too late, asked of two clocks: the monotonic one runs on while
// a process is stopped, the wall clock also while the machine is suspended. Whichever says "late"
// wins.

/** Milliseconds; `now` since the epoch, `monotonic` since any fixed moment of this process. */
export interface Clock {
  readonly now: () => number;
  readonly monotonic: () => number;
}

export interface Deadline {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly monotonicAt: number;
}

export function deadlineIn(ms: number, clock: Clock): Deadline {
  return { at: clock.now() + ms, monotonicAt: clock.monotonic() + ms };
}

export function isPast(deadline: Deadline, clock: Clock): boolean {
  return clock.now() > deadline.at || clock.monotonic() > deadline.monotonicAt;
}
