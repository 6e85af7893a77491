// Owns how a change of an existing reservation's price is settled with one payment method.
import type { AirlineDatabase } from "../database.ts";
import type { Payment, Reservation } from "../records.ts";
import { Refusal } from "./airline-tool.ts";
import { findUser } from "./find-record.ts";

/**
 * Charges a difference, in dollars and possibly negative, to one of the owner's payment
 * methods and returns the reservation's payment history after it.
 */
export function chargeDifference(
  database: AirlineDatabase,
  reservation: Reservation,
  paymentId: string,
  difference: number,
): readonly Payment[] {
  const user = findUser(database, reservation.user_id);
  const method = user.payment_methods[paymentId];
  if (method === undefined) throw new Refusal("Error: payment method not found");
  if (method.source === "certificate") {
    throw new Refusal("Error: certificate cannot be used to update reservation");
  }
  if (method.source === "gift_card") {
    if (method.amount < difference) throw new Refusal("Error: gift card balance is not enough");
    const charged = { ...method, amount: method.amount - difference };
    const payment_methods = { ...user.payment_methods, [paymentId]: charged };
    database.put("users", reservation.user_id, { ...user, payment_methods });
  }
  if (difference === 0) return reservation.payment_history;
  return [...reservation.payment_history, { payment_id: paymentId, amount: difference }];
}
