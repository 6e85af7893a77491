// Owns which occurrences are attended to when a schedule wakes: those that are due, by the rule
// for the ones that nobody could attend to in time.
import type { MissedRule } from "../../contract/schedule.ts";
import type { Due } from "../../contract/schedule-state.ts";
import { lastTimes, nextTime, type TimesFrom } from "./next-time.ts";

/** So many times of one outage are counted exactly; of more the count is at least this. */
const COUNTED_EXACTLY = 1_000;

export interface DueTimes {
  /** Oldest first. */
  readonly fire: readonly number[];
  /** How many are not attended to. */
  readonly missed: number;
}

export interface Elapsed {
  /** Exclusive; milliseconds since the epoch, as all of these. */
  readonly after: number;
  /** Inclusive. */
  readonly upTo: number;
  /** How late the last one may be. */
  readonly lateAfterMs: number;
}

/**
 * What has come due. The last time is attended to when it is not late; all others were missed,
 * and `rule` says how many of those are made up for.
 */
export function dueTimes(from: TimesFrom, elapsed: Elapsed, rule: MissedRule): DueTimes {
  const { after, upTo, lateAfterMs } = elapsed;
  const last = lastTimes(from, upTo, after, rule.atMost + 1);
  const newest = last.at(-1);
  if (newest === undefined) return { fire: [], missed: 0 };
  const total = countTimes(from, elapsed, last.length);
  const inTime = upTo - newest <= lateAfterMs;
  const fire = chosen(last, inTime, rule);
  return { fire, missed: total - fire.length };
}

function chosen(last: readonly number[], inTime: boolean, rule: MissedRule): readonly number[] {
  switch (rule.policy) {
    case "skip":
      return inTime ? last.slice(-1) : [];
    case "one":
      return last.slice(-1);
    case "all":
      return last.slice(inTime ? -(rule.atMost + 1) : -rule.atMost);
  }
}

function countTimes(from: TimesFrom, { after, upTo }: Elapsed, atLeast: number): number {
  const { times } = from;
  if ("everyMs" in times) {
    const first = nextTime(from, after);
    const [newest] = lastTimes(from, upTo, after, 1);
    if (first === undefined || newest === undefined) return 0;
    return (newest - first) / times.everyMs + 1;
  }
  let count = 0;
  for (let time = nextTime(from, after); time !== undefined && time <= upTo;) {
    count += 1;
    if (count >= COUNTED_EXACTLY) break;
    time = nextTime(from, time);
  }
  return Math.max(count, atLeast);
}

/**
 * The occurrences that wait for their turn, with new ones behind them. The rule for missed times
 * bounds these too: what is pushed out was not attended to in time.
 */
export function queueDue(
  waiting: readonly Due[],
  fire: readonly number[],
  { policy, atMost }: MissedRule,
): { readonly waiting: readonly Due[]; readonly missed: number } {
  const all = [...waiting, ...fire.map((time): Due => ({ time }))];
  const timed = all.filter((each) => each.manual !== true);
  // One that is in time, and those that are made up for.
  const kept = new Set(timed.slice(-(policy === "all" ? atMost + 1 : 1)));
  return {
    waiting: all.filter((each) => each.manual === true || kept.has(each)),
    missed: timed.length - kept.size,
  };
}
