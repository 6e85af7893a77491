// Owns the tool that changes a reservation's bags and charges the added ones.
import { z } from "zod";
import { airlineTool } from "./airline-tool.ts";
import { chargeDifference } from "./charge-difference.ts";
import { findReservation } from "./find-record.ts";

const BAGGAGE_FEE = 50;

export const updateReservationBaggages = airlineTool({
  name: "update_reservation_baggages",
  effect: "financial",
  input: z.looseObject({
    reservation_id: z.string(),
    total_baggages: z.int(),
    nonfree_baggages: z.int(),
    payment_id: z.string(),
  }),
  execute: (input, database) => {
    const { total_baggages, nonfree_baggages } = input;
    const reservation = findReservation(database, input.reservation_id);
    const added = Math.max(0, nonfree_baggages - reservation.nonfree_baggages);
    const price = BAGGAGE_FEE * added;
    const payment_history = chargeDifference(database, reservation, input.payment_id, price);
    const updated = { ...reservation, total_baggages, nonfree_baggages, payment_history };
    database.put("reservations", input.reservation_id, updated);
    return updated;
  },
});
