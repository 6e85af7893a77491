// Owns the serdes of the object: plain JSON, whatever the type, and what of it stays readable
// when journal and state are encrypted.
import type { Serde } from "@restatedev/restate-sdk";
import { serde } from "@restatedev/restate-sdk";
import { summarizedJson } from "../../contract/readable.ts";
import { headSummary } from "../../core/head-summary.ts";
import type { TaskHead } from "../../core/task-head.ts";

/** The SDK's JSON serde, typed for one message. */
export function jsonOf<T>(): Serde<T> {
  return serde.json as Serde<T>;
}

/** Of the head in the state. */
export const headSerde: Serde<TaskHead> = summarizedJson(headSummary);
