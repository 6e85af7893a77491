// Owns the UTC calendar date of a time, by arithmetic alone: core/ has no clock and no Date.
// After Howard Hinnant's `civil_from_days`.

const DAY_MS = 24 * 60 * 60 * 1000;
const DAYS_TO_1970 = 719_468;
const DAYS_PER_ERA = 146_097;

/** `yyyy-mm-dd` of milliseconds since the epoch, from 0 to the end of the year 9999. */
export function utcDate(at: number): string {
  const days = Math.floor(at / DAY_MS) + DAYS_TO_1970;
  const era = Math.floor(days / DAYS_PER_ERA);
  const dayOfEra = days - era * DAYS_PER_ERA;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  // Years that begin in March: the day that leap years add is the last.
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
