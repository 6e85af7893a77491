// Owns the serde of our own calls: plain JSON, whatever the type.
import type { Serde } from "@restatedev/restate-sdk";
import { serde } from "@restatedev/restate-sdk";

/** The SDK's JSON serde, typed for one message. */
export function jsonOf<T>(): Serde<T> {
  return serde.json as Serde<T>;
}
