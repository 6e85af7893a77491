// Owns the tool that reads a reservation.
import { z } from "zod";
import { airlineTool, Refusal } from "./airline-tool.ts";

export const getReservationDetails = airlineTool({
  name: "get_reservation_details",
  effect: "read",
  input: z.looseObject({ reservation_id: z.string() }),
  execute: (input, database) => {
    const reservation = database.get("reservations", input.reservation_id);
    // The recorded airline says "user" here.
    if (reservation === undefined) throw new Refusal("Error: user not found");
    return reservation;
  },
});
