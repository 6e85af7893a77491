// Owns whether a limit on an argument holds. What is missing, of another type, or a number that
// JSON texts write in two ways, holds no limit: an unknown is never allowed.
import { splitArgumentPath, type ArgumentLimit } from "../../contract/grant.ts";
import { isWithin } from "./folder.ts";
import { hostOf, isBelow } from "./host.ts";

/** The first part of the limit that does not hold, as a word for people; undefined when all do. */
export function brokenPart(limit: ArgumentLimit, given: unknown): string | undefined {
  const values = valuesAt(given, splitArgumentPath(limit.path));
  if (values === undefined || values.length === 0) return "it is missing";
  for (const value of values) {
    const broken = brokenBy(limit, value);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

/** Every value at a path; undefined when one of its steps leads nowhere. */
function valuesAt(value: unknown, steps: readonly string[]): readonly unknown[] | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return [value];
  if (step === "*") {
    if (!Array.isArray(value)) return undefined;
    const found = value.map((each) => valuesAt(each, rest));
    return found.every((each) => each !== undefined) ? found.flat() : undefined;
  }
  const inside = propertyOf(value, step);
  return inside === undefined ? undefined : valuesAt(inside.value, rest);
}

function propertyOf(value: unknown, step: string): { readonly value: unknown } | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
  if (Array.isArray(value) && !/^(0|[1-9][0-9]*)$/.test(step)) return undefined;
  return { value: (value as Record<string, unknown>)[step] };
}

/** The first part that one value breaks. */
export function brokenBy(limit: ArgumentLimit, value: unknown): string | undefined {
  const ofNumber = limit.min !== undefined || limit.max !== undefined;
  return ofNumber ? brokenByNumber(limit, value) : brokenByText(limit, value);
}

function brokenByNumber({ min, max }: ArgumentLimit, value: unknown): string | undefined {
  if (typeof value !== "number" || !isExact(value)) return "it is no exact number";
  if (min !== undefined && !(value >= min)) return "it is below the minimum";
  if (max !== undefined && !(value <= max)) return "it is above the maximum";
  return undefined;
}

/** NaN, the infinities, -0 and integers that were rounded are not. */
function isExact(value: number): boolean {
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER && !Object.is(value, -0);
}

function brokenByText(limit: ArgumentLimit, value: unknown): string | undefined {
  if (typeof value !== "string") return "it is no text";
  const { oneOf, domain, within } = limit;
  if (oneOf !== undefined && !oneOf.includes(value)) return "it is none of the allowed texts";
  if (domain !== undefined) {
    const host = hostOf(value);
    const known = host !== undefined && domain.some((each) => isBelow(host, each));
    if (!known) return "it is not of an allowed domain";
  }
  if (within !== undefined && !isWithin(value, within)) return "it is not in the allowed folder";
  return undefined;
}
