// Owns the search for two flights that meet at an airport.
import type { Flight } from "../records.ts";
import { airlineTool } from "./airline-tool.ts";
import { availableOn, flightWithDay } from "./flight-listing.ts";
import { route } from "./inputs.ts";

export const searchOnestopFlight = airlineTool({
  name: "search_onestop_flight",
  effect: "read",
  input: route,
  execute: ({ origin, destination, date }, database) => {
    const arrivals = database.flights("destination", destination);
    return database.flights("origin", origin).flatMap((first) => {
      const secondDate = connectionDate(first, date);
      return arrivals
        .filter((second) => second.origin === first.destination && connects(first, second))
        .filter((second) => availableOn(first, date) && availableOn(second, secondDate))
        .map((second) => [
          { ...flightWithDay(first, date), date },
          // Seats and prices of the first date: a quirk of the recorded airline.
          { ...flightWithDay(second, date), date: secondDate },
        ]);
    });
  },
});

/** The date of the second leg; the recorded airline knows May 2024 only, unpadded. */
function connectionDate(first: Flight, date: string): string {
  if (!first.scheduled_arrival_time_est.includes("+1")) return date;
  return `2024-05-${Number(date.slice(-2)) + 1}`;
}

function connects(first: Flight, second: Flight): boolean {
  return first.scheduled_arrival_time_est <= second.scheduled_departure_time_est;
}
