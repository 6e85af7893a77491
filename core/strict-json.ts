// Owns reading JSON of which every byte counts: what two readers could take in two ways is
// refused, so that what a person saw, what was digested and what is executed are the same.
import { getUnsafeNumberReason, parse } from "lossless-json";

/** The problem of a text that no reader takes. */
export const NOT_JSON = "it is not JSON";

export type StrictJson = { readonly value: unknown } | { readonly problem: string };

/**
 * The value of a JSON text, or what is wrong with it, in words that quote nothing of it. Refuses
 * a key that stands twice with different values, the key `__proto__`, half a character, and a number that a double
 * does not hold exactly or that canonical JSON would change (`-0`).
 */
export function parseStrictJson(text: string): StrictJson {
  return readPlain(text) ?? readStrictly(text);
}

/** By these a text might hold half a character, a forbidden key, or too long a number. */
const UNPLAIN = /\\u|__proto__|\d{16}|\de\+/;

/**
 * The quick way, for the text that a program has written: what is written again byte for byte has
 * lost no key and no digit.
 */
function readPlain(text: string): StrictJson | undefined {
  if (UNPLAIN.test(text) || !text.isWellFormed()) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value) === text ? { value } : undefined;
  } catch {
    return undefined;
  }
}

function readStrictly(text: string): StrictJson {
  const problems: string[] = [];
  try {
    const value = parse(text, (key, each) => checked(key, each, problems), {
      parseNumber: (literal) => numberOf(literal, problems),
      onDuplicateKey: ({ newValue }) => {
        problems.push("an object has a key twice, with different values");
        return newValue;
      },
    });
    const [problem] = problems;
    return problem === undefined ? { value } : { problem };
  } catch {
    return { problem: NOT_JSON };
  }
}

function numberOf(literal: string, problems: string[]): number {
  const number = Number(literal);
  if (Object.is(number, -0)) problems.push("it holds -0; write 0");
  else if (getUnsafeNumberReason(literal) !== undefined) {
    problems.push("it holds a number that would be rounded; send it as text");
  }
  return number;
}

function checked(key: string, value: unknown, problems: string[]): unknown {
  if (key === "__proto__") problems.push("an object has the key __proto__");
  const half = !key.isWellFormed() || (typeof value === "string" && !value.isWellFormed());
  if (half) problems.push("it holds half a character");
  return value;
}
