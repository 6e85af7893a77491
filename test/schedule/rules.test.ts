// Owns the pure rules of schedules: which times they name, also where the clocks change, and what
// becomes of times that nobody could attend to.
import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { MissedRule, Times } from "../../contract/schedule.ts";
import { setScheduleSchema, timesSchema } from "../../contract/schedule.ts";
import { dueTimes, queueDue } from "../../core/schedule/due.ts";
import { lastTimes, nextTime, type TimesFrom } from "../../core/schedule/next-time.ts";
import { timesProblem } from "../../core/schedule/times-problem.ts";

const at = (iso: string): number => Date.parse(iso);
const iso = (ms: number): string => new Date(ms).toISOString();
const NOW = at("2026-03-01T00:00:00Z");

function timesOf(value: unknown, anchor = NOW): TimesFrom {
  return { times: timesSchema.parse(value), anchor };
}

/** The first times after an instant, and up to another. */
function next(from: TimesFrom, after: number, count: number, upTo = Infinity): number[] {
  const found: number[] = [];
  let time = nextTime(from, after);
  while (time !== undefined && time <= upTo && found.length < count) {
    found.push(time);
    time = nextTime(from, time);
  }
  return found;
}

const cron = (expression: string, timeZone: string, after: string, count = 3): string[] =>
  next(timesOf({ cron: expression, timeZone }), at(after), count).map(iso);

const field = (max: number, min = 0): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant("*"),
    fc.integer({ min, max }).map(String),
    fc.integer({ min: 2, max: 6 }).map((step) => `*/${step}`),
    fc
      .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
      .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
  );
const cronTimes = fc
  .tuple(
    fc.tuple(field(59), field(23), field(28, 1), field(6)),
    fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"),
  )
  .map(([[minute, hour, day, weekday], timeZone]): Times => ({
    cron: `${minute} ${hour} ${day} * ${weekday}`,
    timeZone,
  }));
const everyTimes = fc
  .integer({ min: 1_000, max: 100_000_000 })
  .map((everyMs): Times => ({ everyMs }));
// A year, with every change of the clocks in it.
const instant = fc.integer({ min: NOW, max: NOW + 366 * 86_400_000 });
const anyTimes = fc.oneof(cronTimes, everyTimes);

describe("the times of a schedule", () => {
  it("R29 strictly increase, and each is the same from wherever one looks", () => {
    fc.assert(
      fc.property(anyTimes, instant, (times, from) => {
        const schedule: TimesFrom = { times, anchor: NOW };
        const found = next(schedule, from, 6);
        found.forEach((time, index) => {
          expect(time).toBeGreaterThan(found[index - 1] ?? from);
          expect(nextTime(schedule, time - 1)).toBe(time);
        });
        // From the other end they are the same.
        const last = found.at(-1) ?? from;
        expect(lastTimes(schedule, last, from, 3)).toEqual(found.slice(-3));
        expect(lastTimes(schedule, last - 1, from, 99)).toEqual(found.slice(0, -1));
      }),
      { numRuns: 300 },
    );
  });

  it("lie between the start, itself included for an interval, and the end, which is not", () => {
    const bounds = { startAt: "2026-05-01T00:00:00Z", endAt: "2026-05-01T02:00:00+02:00" };
    expect(next(timesOf({ everyMs: 3_600_000, ...bounds }), NOW, 9)).toEqual([]);
    const later = { startAt: "2026-05-01T00:00:00Z", endAt: "2026-05-01T02:00:00Z" };
    const hours = ["2026-05-01T00:00:00.000Z", "2026-05-01T01:00:00.000Z"];
    expect(next(timesOf({ everyMs: 3_600_000, ...later }), NOW, 9).map(iso)).toEqual(hours);
    expect(next(timesOf({ cron: "0 * * * *", ...later }), NOW, 9).map(iso)).toEqual(hours);
    expect(lastTimes(timesOf({ cron: "0 * * * *", ...later }), NOW * 2, NOW, 9).map(iso)).toEqual(
      hours,
    );
  });

  it("count from when the schedule was set, where an interval has no start", () => {
    const every = timesOf({ everyMs: 1_000 }, NOW + 250);
    expect(next(every, NOW + 250, 2)).toEqual([NOW + 1_250, NOW + 2_250]);
  });
});

describe("the times of a cron expression where the clocks change", () => {
  const gap = "2026-03-28T12:00:00Z";
  const twice = "2026-10-24T12:00:00Z";

  it("a single time of the day that does not exist is right after the gap", () => {
    expect(cron("30 2 * * *", "Europe/Berlin", gap, 2)).toEqual([
      "2026-03-29T01:00:00.000Z",
      "2026-03-30T00:30:00.000Z",
    ]);
  });

  it("a single time of the day that exists twice is its first", () => {
    expect(cron("30 2 * * *", "Europe/Berlin", twice, 2)).toEqual([
      "2026-10-25T00:30:00.000Z",
      "2026-10-26T01:30:00.000Z",
    ]);
  });

  it("a repeated time leaves out what does not exist", () => {
    expect(cron("*/30 1-3 * * *", "Europe/Berlin", "2026-03-28T23:59:00Z", 5)).toEqual([
      "2026-03-29T00:00:00.000Z",
      "2026-03-29T00:30:00.000Z",
      "2026-03-29T01:00:00.000Z",
      "2026-03-29T01:30:00.000Z",
      "2026-03-29T23:00:00.000Z",
    ]);
  });

  it("a repeated time comes twice where it exists twice", () => {
    expect(cron("30 2-3 * * *", "Europe/Berlin", twice, 3)).toEqual([
      "2026-10-25T00:30:00.000Z",
      "2026-10-25T01:30:00.000Z",
      "2026-10-25T02:30:00.000Z",
    ]);
  });
});

describe("croner", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("F27 is a function of the instant that it is given: no clock matters, no timer is armed", () => {
    const ask = () => cron("*/7 3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 9);
    const here = ask();
    vi.useFakeTimers({ now: at("2099-01-01T00:00:00Z") });
    expect(ask()).toEqual(here);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("times that were missed", () => {
  const rule = (policy: MissedRule["policy"], atMost = 4): MissedRule => ({
    policy,
    atMost,
    lateAfterMs: 60_000,
  });
  const elapsed = fc.record({
    after: instant,
    lasts: fc.integer({ min: 0, max: 3_000_000 }),
    lateAfterMs: fc.integer({ min: -1, max: 100_000 }),
  });
  const rules = fc.record({
    policy: fc.constantFrom("skip" as const, "one" as const, "all" as const),
    atMost: fc.integer({ min: 1, max: 20 }),
    lateAfterMs: fc.constant(60_000),
  });

  it("F24 R29 each time is attended to or counted, and the rule bounds how many are made up for", () => {
    const minutely = cronTimes.map((times): Times => ({ ...times, cron: "*/2 * * * *" }));
    fc.assert(
      fc.property(fc.oneof(minutely, everyTimes), elapsed, rules, (times, span, missed) => {
        const schedule: TimesFrom = { times, anchor: NOW };
        const { after, lasts, lateAfterMs } = span;
        const upTo = after + lasts;
        const all = next(schedule, after, Infinity, upTo);
        const due = dueTimes(schedule, { after, upTo, lateAfterMs }, missed);
        expect(due.fire.length + due.missed).toBe(all.length);
        expect(all).toEqual(expect.arrayContaining([...due.fire]));
        expect(due.fire).toEqual(all.slice(all.length - due.fire.length));
        const late = upTo - (all.at(-1) ?? 0) > lateAfterMs;
        const most = { skip: late ? 0 : 1, one: 1, all: missed.atMost + (late ? 0 : 1) };
        expect(due.fire.length).toBe(Math.min(all.length, most[missed.policy]));
      }),
      { numRuns: 60 },
    );
  });

  it("F24 the years of a schedule that fires each second are behind at once", () => {
    const year = { after: NOW, upTo: NOW + 366 * 86_400_000, lateAfterMs: 60_000 };
    const due = dueTimes(timesOf({ everyMs: 1_000 }), year, rule("all"));
    expect(due).toMatchObject({ missed: 366 * 86_400 - 5 });
    const seconds = dueTimes(timesOf({ cron: "* * * * * *" }), year, rule("all"));
    expect(seconds.fire).toEqual(due.fire);
    expect(seconds.missed).toBeGreaterThan(900);
  });

  it("what waits for its turn is bounded by the same rule; runNow is never pushed out", () => {
    const waiting = [{ time: 1 }, { time: 2, manual: true as const }, { time: 3 }];
    expect(queueDue(waiting, [4], rule("one"))).toEqual({
      waiting: [{ time: 2, manual: true }, { time: 4 }],
      missed: 2,
    });
    expect(queueDue(waiting, [4], rule("all", 1))).toEqual({
      waiting: [{ time: 2, manual: true }, { time: 3 }, { time: 4 }],
      missed: 1,
    });
  });
});

describe("docs/schedules.md", () => {
  it("shows bodies that set takes", async () => {
    const page = await readFile(new URL("../../docs/schedules.md", import.meta.url), "utf8");
    const bodies = [...page.matchAll(/\/set --json '(.*?)'\n/gs)].map(([, body = ""]) => body);
    expect(bodies).toHaveLength(2);
    for (const body of bodies) {
      const { times } = setScheduleSchema.parse(JSON.parse(body));
      expect(timesProblem(times, NOW)).toBeUndefined();
    }
  });
});

describe("times that cannot be used", () => {
  it.each([
    ["61 * * * *", "times.cron: the minute cannot be read"],
    ["0 25 * * *", "times.cron: the hour cannot be read"],
    ["0 0 32 * mon", "times.cron: the day of the month cannot be read"],
    ["0 0 * 13 *", "times.cron: the month cannot be read"],
    ["0 0 * * MON#6", "times.cron: the day of the week cannot be read"],
    ["x 0 0 * * *", "times.cron: the second cannot be read"],
    ["70 25 * * *", "times.cron: the minute and the hour cannot be read"],
    ["* * *", "times.cron: must have five fields, or six with the second first, and has 3"],
    [
      "0 0 * * * * 2030",
      "times.cron: must have five fields, or six with the second first, and has 7",
    ],
    [
      "2030-01-01T00:00:00",
      "times.cron: must have five fields, or six with the second first, and has 1",
    ],
    [
      "@sometimes",
      "times.cron: this name is not known; known are @yearly, @monthly, @weekly, @daily and @hourly",
    ],
    ["0 0 30 2 *", "times.cron: names no time that ever comes"],
  ])("%s: %s", (expression, problem) => {
    expect(timesProblem({ cron: expression, timeZone: "UTC" }, NOW)).toBe(problem);
  });

  it("names a time zone that is none, and an end that cuts everything off", () => {
    const zone = timesProblem({ cron: "0 0 * * *", timeZone: "Mars/Phobos" }, NOW);
    expect(zone).toBe(
      "times.timeZone: is not a time zone; give an IANA name such as Europe/Berlin",
    );
    const daily = { cron: "0 0 * * *", timeZone: "UTC" };
    const [early, late] = ["2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z"];
    expect(timesProblem({ ...daily, startAt: late, endAt: early }, NOW)).toBe(
      "times.endAt: must be after times.startAt",
    );
    expect(timesProblem({ ...daily, endAt: "2020-01-01T00:00:00Z" }, NOW)).toBe(
      "times.endAt: no time comes before it",
    );
    expect(timesProblem({ ...daily, startAt: early, endAt: late }, NOW)).toBeUndefined();
  });
});
