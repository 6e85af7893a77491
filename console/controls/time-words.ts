// Owns how times, spans and amounts read. Pure.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Such as `240 ms`, `3.2 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`; never negative. */
export function spanWords(ms: number): string {
  const span = Math.max(0, ms);
  if (span < SECOND) return `${Math.round(span)} ms`;
  if (span < 10 * SECOND) return `${(Math.floor(span / 100) / 10).toString()} s`;
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s`;
  if (span < HOUR) return two(span, [MINUTE, "min"], [SECOND, "s"]);
  if (span < DAY) return two(span, [HOUR, "h"], [MINUTE, "min"]);
  return two(span, [DAY, "d"], [HOUR, "h"]);
}

type Unit = readonly [number, string];

function two(span: number, [big, bigName]: Unit, [small, smallName]: Unit): string {
  const rest = Math.floor((span % big) / small);
  const first = `${Math.floor(span / big)} ${bigName}`;
  return rest === 0 ? first : `${first} ${rest} ${smallName}`;
}

/** Such as `now`, `5 s ago`, `3 min ago`, `in 2 h`: one unit, so that a column of them is quiet. */
export function agoWords(at: number, now: number): string {
  const span = Math.abs(now - at);
  if (span < 2 * SECOND) return "now";
  const units: readonly Unit[] = [
    [DAY, "d"],
    [HOUR, "h"],
    [MINUTE, "min"],
    [SECOND, "s"],
  ];
  const [size, name] = units.find(([unit]) => span >= unit) ?? [SECOND, "s"];
  const words = `${Math.floor(span / size)} ${name}`;
  return at > now ? `in ${words}` : `${words} ago`;
}

const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const DAYS = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const COUNT = new Intl.NumberFormat("en");

export const fullTime = (at: number): string => FULL.format(at);
export const clockTime = (at: number): string => CLOCK.format(at);
const dayOf = (at: number): string => DAYS.format(at);
export const count = (amount: number): string => COUNT.format(amount);

/** The time of day alone for a moment of today, and the day with it for any other. */
export function momentWords(at: number, now: number): string {
  const day = dayOf(at);
  return day === dayOf(now) ? clockTime(at) : `${day}, ${clockTime(at)}`;
}

/** Millionths of the deployment's one currency, which has no name here. */
export function money(micros: number): string {
  return (micros / 1_000_000).toLocaleString("en", {
    minimumFractionDigits: 2,
    maximumFractionDigits: 6,
  });
}

/** Such as `812 B`, `14 kB`, `3.2 MB`. */
export function bytes(size: number): string {
  if (size < 1_000) return `${size} B`;
  if (size < 1_000_000) return `${Math.round(size / 1_000)} kB`;
  return `${(size / 1_000_000).toFixed(1)} MB`;
}
