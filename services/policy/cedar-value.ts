// Owns how JSON becomes Cedar's values. Cedar has no fractions beyond four digits, no null, and
// three keys by which JSON would name entities: what it cannot say exactly becomes a record
// that equals nothing, so that a policy that compares it fails, and the call is denied.
import type { CedarValueJson } from "@cedar-policy/cedar-wasm/nodejs";

const ESCAPES: readonly string[] = ["__entity", "__extn", "__expr"];
/** What a policy sees in the place of what Cedar cannot represent. */
const UNREPRESENTABLE: CedarValueJson = { unrepresentable: true };
const DECIMAL_DIGITS = 4;

/** Throws a RangeError for a value that is nested too deeply. */
export function toCedar(value: unknown): CedarValueJson {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return numberToCedar(value);
  if (Array.isArray(value)) return value.map(toCedar);
  if (typeof value === "object" && value !== null) return recordToCedar(value);
  return UNREPRESENTABLE;
}

/** As `toCedar`, of an object; a property that is null is left out. */
function recordToCedar(record: object): CedarValueJson {
  const entries = Object.entries(record).filter(([, value]) => value !== null);
  // Taken from a model's words, they would name any entity or call any function.
  if (entries.some(([key]) => ESCAPES.includes(key))) return UNREPRESENTABLE;
  return Object.fromEntries(entries.map(([key, value]) => [key, toCedar(value)]));
}

function numberToCedar(value: number): CedarValueJson {
  if (Number.isSafeInteger(value)) return value;
  const digits = value.toFixed(DECIMAL_DIGITS);
  const exact = Number(digits) === value && Math.abs(value) < Number.MAX_SAFE_INTEGER / 10_000;
  return exact ? { __extn: { fn: "decimal", arg: digits } } : UNREPRESENTABLE;
}

/** A time in milliseconds since the epoch as Cedar's `datetime`. Throws when it is none. */
export function datetimeToCedar(ms: number): CedarValueJson {
  return { __extn: { fn: "datetime", arg: new Date(ms).toISOString() } };
}
