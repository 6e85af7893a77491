// Owns the choice of a flight for a booking: whether it can be had, and at what price. Seats
// are not taken: the recorded airline did not either.
import type { AirlineDatabase } from "../database.ts";
import type { BookedFlight, Cabin, FlightChoice } from "../records.ts";
import { Refusal } from "./airline-tool.ts";

/** The chosen flight with its price a passenger, or a refusal. */
export function offerFlight(
  database: AirlineDatabase,
  choice: FlightChoice,
  cabin: Cabin,
  passengers: number,
): BookedFlight {
  const { flight_number: number, date } = choice;
  const flight = database.get("flights", number);
  if (flight === undefined) throw new Refusal(`Error: flight ${number} not found`);
  const day = flight.dates[date];
  if (day === undefined) throw new Refusal(`Error: flight ${number} not found on date ${date}`);
  const { status, available_seats: seats, prices } = day;
  if (status !== "available" || seats === undefined || prices === undefined) {
    throw new Refusal(`Error: flight ${number} not available on date ${date}`);
  }
  if (seats[cabin] < passengers) {
    throw new Refusal(`Error: not enough seats on flight ${number}`);
  }
  return {
    ...choice,
    price: prices[cabin],
    origin: flight.origin,
    destination: flight.destination,
  };
}

/** The sum of the flights' prices for one passenger. */
export function fareOf(flights: readonly BookedFlight[]): number {
  return flights.reduce((sum, flight) => sum + flight.price, 0);
}
