// Owns that nothing which was written by a model, a tool or another person speaks to the terminal:
// what moves a cursor, hides text or turns its direction is shown as what it is.

// Controls, and invisible characters that reorder or hide what stands beside them.
const SPEAKS = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;

/** For people: one line, or with `lines` as many as it has. */
export function safeText(text: string, { lines = false } = {}): string {
  return text.replaceAll(SPEAKS, (char) => (lines && char === "\n" ? char : escaped(char)));
}

/** JSON in which no such character stands by itself; it means the same. */
export function safeJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, undefined, indent);
  return json.replaceAll(SPEAKS, (char) => (char === "\n" ? char : escaped(char)));
}

function escaped(char: string): string {
  // By UTF-16 units, as JSON writes them.
  const units = Array.from({ length: char.length }, (_, at) => char.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
