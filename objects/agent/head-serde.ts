// Owns the serde of the head in the state, and what of it stays readable when state is encrypted.
import type { Serde } from "@restatedev/restate-sdk";
import { summarizedJson } from "../../contract/readable.ts";
import { headSummary } from "../../core/head-summary.ts";
import type { TaskHead } from "../../core/task-head.ts";

export const headSerde: Serde<TaskHead> = summarizedJson(headSummary);
