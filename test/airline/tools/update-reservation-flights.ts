// Owns the tool that replaces a reservation's flights and settles the difference in price.
import { z } from "zod";
import { airlineTool } from "./airline-tool.ts";
import { chargeDifference } from "./charge-difference.ts";
import { findReservation } from "./find-record.ts";
import { fareOf, offerFlight } from "./flight-offer.ts";
import { cabin, flightChoices } from "./inputs.ts";

export const updateReservationFlights = airlineTool({
  name: "update_reservation_flights",
  effect: "financial",
  input: z.looseObject({
    reservation_id: z.string(),
    cabin,
    flights: flightChoices,
    payment_id: z.string(),
  }),
  execute: (input, database) => {
    const reservation = findReservation(database, input.reservation_id);
    const travellers = reservation.passengers.length;
    const flights = input.flights.map((choice) => {
      const kept = reservation.flights.find(
        (flight) =>
          flight.flight_number === choice.flight_number &&
          flight.date === choice.date &&
          input.cabin === reservation.cabin,
      );
      if (kept === undefined) return offerFlight(database, choice, input.cabin, travellers);
      const { price, origin, destination } = kept;
      return { ...choice, price, origin, destination };
    });
    const difference = (fareOf(flights) - fareOf(reservation.flights)) * travellers;
    const payment_history = chargeDifference(database, reservation, input.payment_id, difference);
    // The cabin field stays as it was: a quirk of the recorded airline.
    const updated = { ...reservation, flights, payment_history };
    database.put("reservations", input.reservation_id, updated);
    return updated;
  },
});
