// Owns the shapes of the airline's documents. They come from recorded data and are taken as
// they are; fields that no tool looks at are not named here and are kept all the same.

export type Cabin = "basic_economy" | "economy" | "business";

/** One flight on one date; seats and prices are there only while it is `available`. */
interface FlightDate {
  readonly status: string;
  readonly available_seats?: Readonly<Record<Cabin, number>>;
  readonly prices?: Readonly<Record<Cabin, number>>;
}

export interface Flight {
  readonly flight_number: string;
  readonly origin: string;
  readonly destination: string;
  readonly scheduled_departure_time_est: string;
  readonly scheduled_arrival_time_est: string;
  readonly dates: Readonly<Record<string, FlightDate>>;
}

/** A flight of a reservation, as the model names it. */
export interface FlightChoice {
  readonly flight_number: string;
  readonly date: string;
}

export interface BookedFlight extends FlightChoice {
  readonly price: number;
  readonly origin: string;
  readonly destination: string;
}

interface Passenger {
  readonly first_name: string;
  readonly last_name: string;
  readonly dob: string;
}

/** US dollars. */
export interface Payment {
  readonly payment_id: string;
  readonly amount: number;
}

export interface Reservation {
  readonly reservation_id: string;
  readonly user_id: string;
  readonly origin: string;
  readonly destination: string;
  readonly flight_type: string;
  readonly cabin: Cabin;
  readonly flights: readonly BookedFlight[];
  readonly passengers: readonly Passenger[];
  readonly payment_history: readonly Payment[];
  readonly created_at: string;
  readonly total_baggages: number;
  readonly nonfree_baggages: number;
  readonly insurance: string;
  readonly status?: string;
}

type PaymentMethod =
  | { readonly source: "credit_card"; readonly id: string }
  | { readonly source: "gift_card" | "certificate"; readonly id: string; readonly amount: number };

export interface User {
  readonly payment_methods: Readonly<Record<string, PaymentMethod>>;
  readonly reservations: readonly string[];
}
