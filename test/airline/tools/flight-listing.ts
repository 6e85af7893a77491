// Owns how the searches show a flight on a date.
import type { Flight } from "../records.ts";

export function availableOn(flight: Flight, date: string): boolean {
  return flight.dates[date]?.status === "available";
}

/** The flight without its dates, with the fields of one date in their place. */
export function flightWithDay(flight: Flight, date: string): Record<string, unknown> {
  const { dates, ...fields } = flight;
  return { ...fields, ...dates[date] };
}
