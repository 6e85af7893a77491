// Owns what may be told about an error that an author's code threw: its kind and the places in
// the code, never its text, which may hold a secret (L9).

export interface FaultDescription {
  /** The error's name, e.g. `TypeError`. */
  readonly name: string;
  /** The innermost places in the code, for the worker's log. */
  readonly at: readonly string[];
}

const PLAIN_NAME = /^[A-Za-z_$][\w$]{0,63}$/;
const PLACES = 5;

export function describeFault(error: unknown): FaultDescription {
  if (!(error instanceof Error)) return { name: `a thrown ${typeof error}`, at: [] };
  return { name: PLAIN_NAME.test(error.name) ? error.name : "Error", at: placesIn(error) };
}

function placesIn(error: Error): string[] {
  const stack = error.stack ?? "";
  // The text stands before the places, and its own lines could look like places.
  const end = stack.indexOf(error.message) + error.message.length;
  if (end < error.message.length) return [];
  return stack
    .slice(end)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("at "))
    .slice(0, PLACES);
}
