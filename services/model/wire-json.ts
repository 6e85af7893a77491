// Owns the reading of a provider's JSON. A lone surrogate in it (an escape such as \ud800)
// has no canonical form, so it could never be hashed into the task log: it becomes U+FFFD.

const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;
// Every escape is one match, so that the second half of `\\` is never taken for the start of one.
const PAIR_OR_LONE_OR_OTHER =
  /\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\[^]/g;

/** Parses JSON into well-formed strings only. Throws a SyntaxError when it is not JSON. */
export function parseWireJson(text: string): unknown {
  if (!SURROGATE_ESCAPE.test(text)) return JSON.parse(text);
  return JSON.parse(
    text.replace(PAIR_OR_LONE_OR_OTHER, (escape, lone?: string) =>
      lone === undefined ? escape : "\\ufffd",
    ),
  );
}
