// Owns an entry of the price table.
import type { TokenPrice } from "../../contract/port.ts";

/** A price of one model, from a day on and until a later entry's day. */
export interface ModelPrice extends TokenPrice {
  /** The provider's name of the model. */
  readonly model: string;
  /** The first day in UTC, `yyyy-mm-dd`. */
  readonly from: string;
}
