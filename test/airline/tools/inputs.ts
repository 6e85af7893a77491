// Owns the schemas of values that several tools take. They are loose, because the recorded
// model sent more than it was asked for and the original tools kept what they were sent.
import { z } from "zod";

export const cabin = z.enum(["basic_economy", "economy", "business"]);
export const flightChoices = z.array(
  z.looseObject({ flight_number: z.string(), date: z.string() }),
);
export const passengers = z.array(
  z.looseObject({ first_name: z.string(), last_name: z.string(), dob: z.string() }),
);
export const payments = z.array(z.looseObject({ payment_id: z.string(), amount: z.number() }));

/** Where and when a search looks. */
export const route = z.looseObject({
  origin: z.string(),
  destination: z.string(),
  date: z.string(),
});
