// Owns the tool that books a reservation and pays for it.
import { z } from "zod";
import type { AirlineDatabase } from "../database.ts";
import type { Payment, User } from "../records.ts";
import { airlineTool, Refusal } from "./airline-tool.ts";
import { findUser } from "./find-record.ts";
import { fareOf, offerFlight } from "./flight-offer.ts";
import { cabin, flightChoices, passengers, payments } from "./inputs.ts";

const INSURANCE_FEE = 30;
const BAGGAGE_FEE = 50;
const NEW_IDS = ["HATHAT", "HATHAU", "HATHAV"];
const NOW = "2024-05-15T15:00:00";

const inputSchema = z.looseObject({
  user_id: z.string(),
  origin: z.string(),
  destination: z.string(),
  flight_type: z.enum(["one_way", "round_trip"]),
  cabin,
  flights: flightChoices,
  passengers,
  payment_methods: payments,
  total_baggages: z.int(),
  nonfree_baggages: z.int(),
  insurance: z.enum(["yes", "no"]),
});

export const bookReservation = airlineTool({
  name: "book_reservation",
  effect: "financial",
  input: inputSchema,
  execute: (input, database) => {
    const user = findUser(database, input.user_id);
    const reservation_id = freeId(database);
    const travellers = input.passengers.length;
    const flights = input.flights.map((flight) =>
      offerFlight(database, flight, input.cabin, travellers),
    );
    const total =
      fareOf(flights) * travellers +
      (input.insurance === "yes" ? INSURANCE_FEE * travellers : 0) +
      BAGGAGE_FEE * input.nonfree_baggages;
    checkPayments(user, input.payment_methods, total);
    const reservation = {
      reservation_id,
      user_id: input.user_id,
      origin: input.origin,
      destination: input.destination,
      flight_type: input.flight_type,
      cabin: input.cabin,
      flights,
      passengers: input.passengers,
      payment_history: input.payment_methods,
      created_at: NOW,
      total_baggages: input.total_baggages,
      nonfree_baggages: input.nonfree_baggages,
      insurance: input.insurance,
    };
    database.put("reservations", reservation_id, reservation);
    database.put("users", input.user_id, {
      ...pay(user, input.payment_methods),
      reservations: [...user.reservations, reservation_id],
    });
    return reservation;
  },
});

function freeId(database: AirlineDatabase): string {
  const id = NEW_IDS.find((candidate) => database.get("reservations", candidate) === undefined);
  if (id === undefined) throw new Refusal("Error: no reservation id is free");
  return id;
}

function checkPayments(user: User, parts: readonly Payment[], total: number): void {
  for (const { payment_id: id, amount } of parts) {
    const method = user.payment_methods[id];
    if (method === undefined) throw new Refusal(`Error: payment method ${id} not found`);
    if (method.source !== "credit_card" && method.amount < amount) {
      throw new Refusal(`Error: not enough balance in payment method ${id}`);
    }
  }
  const paid = parts.reduce((sum, part) => sum + part.amount, 0);
  if (paid !== total) {
    throw new Refusal(
      `Error: payment amount does not add up, total price is ${total}, but paid ${paid}`,
    );
  }
}

/** The user after paying: gift cards are reduced, certificates are gone. */
function pay(user: User, parts: readonly Payment[]): User {
  const methods = { ...user.payment_methods };
  for (const { payment_id: id, amount } of parts) {
    const method = methods[id];
    if (method?.source === "gift_card") methods[id] = { ...method, amount: method.amount - amount };
    if (method?.source === "certificate") delete methods[id];
  }
  return { ...user, payment_methods: methods };
}
