// Owns finding what most tools need first, and the refusal when it is not there.
import type { AirlineDatabase } from "../database.ts";
import type { Reservation, User } from "../records.ts";
import { Refusal } from "./airline-tool.ts";

export function findUser(database: AirlineDatabase, userId: string): User {
  const user = database.get("users", userId);
  if (user === undefined) throw new Refusal("Error: user not found");
  return user;
}

export function findReservation(database: AirlineDatabase, reservationId: string): Reservation {
  const reservation = database.get("reservations", reservationId);
  if (reservation === undefined) throw new Refusal("Error: reservation not found");
  return reservation;
}
