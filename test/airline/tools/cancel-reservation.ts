// Owns the tool that cancels a reservation and refunds what was paid for it.
import { z } from "zod";
import { airlineTool } from "./airline-tool.ts";
import { findReservation } from "./find-record.ts";

export const cancelReservation = airlineTool({
  name: "cancel_reservation",
  effect: "financial",
  input: z.looseObject({ reservation_id: z.string() }),
  execute: (input, database) => {
    const reservation = findReservation(database, input.reservation_id);
    const refunds = reservation.payment_history.map(({ payment_id, amount }) => ({
      payment_id,
      amount: -amount,
    }));
    const cancelled = {
      ...reservation,
      payment_history: [...reservation.payment_history, ...refunds],
      status: "cancelled",
    };
    database.put("reservations", input.reservation_id, cancelled);
    return cancelled;
  },
});
