// Owns the search for one flight between two airports.
import { airlineTool } from "./airline-tool.ts";
import { availableOn, flightWithDay } from "./flight-listing.ts";
import { route } from "./inputs.ts";

export const searchDirectFlight = airlineTool({
  name: "search_direct_flight",
  effect: "read",
  input: route,
  execute: ({ origin, destination, date }, database) =>
    database
      .flights("origin", origin)
      .filter((flight) => flight.destination === destination && availableOn(flight, date))
      .map((flight) => flightWithDay(flight, date)),
});
