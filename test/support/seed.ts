// Owns the seed of whatever a test chooses by chance: the same in every run of the suite, so that
// a red one means that a change broke something; another in every soak. HOLDFAST_SEED overrides it.
import { randomInt } from "node:crypto";

export const SOAK = process.env["HOLDFAST_SOAK"] === "1";

export const SEED = process.env["HOLDFAST_SEED"] ?? (SOAK ? String(randomInt(1e9)) : "20261121");
