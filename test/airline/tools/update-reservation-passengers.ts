// Owns the tool that replaces the passengers of a reservation by as many others.
import { z } from "zod";
import { airlineTool, Refusal } from "./airline-tool.ts";
import { findReservation } from "./find-record.ts";
import { passengers } from "./inputs.ts";

export const updateReservationPassengers = airlineTool({
  name: "update_reservation_passengers",
  // Nobody keeps the former passengers.
  effect: "irreversible",
  input: z.looseObject({ reservation_id: z.string(), passengers }),
  execute: (input, database) => {
    const reservation = findReservation(database, input.reservation_id);
    if (input.passengers.length !== reservation.passengers.length) {
      throw new Refusal("Error: number of passengers does not match");
    }
    const updated = { ...reservation, passengers: input.passengers };
    database.put("reservations", input.reservation_id, updated);
    return updated;
  },
});
