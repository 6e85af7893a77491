// Owns ids as somebody writes them who wants another's: steps of paths, control characters, ten
// kilobytes, look-alikes, parts of keys and of queries. A fixed sample, and any number by chance.
import fc from "fast-check";

/** Letters that look like another one, are drawn as nothing, or turn what follows around. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  a: "\u0430",
  c: "\u0441",
  e: "\u0435",
  o: "\u043e",
  s: "\u0455",
  i: "\u0456",
  "1": "\u0031\u200b",
  "-": "\u2010",
  "/": "\u2215",
};

/** Each another id than the one that it looks like, or is a way to it. */
export function disguisesOf(id: string): readonly string[] {
  return [
    ...id.split("").flatMap((letter, at) => {
      const other = LOOK_ALIKES[letter];
      return other === undefined ? [] : [id.slice(0, at) + other + id.slice(at + 1)];
    }),
    id.toUpperCase(),
    `${id} `,
    ` ${id}`,
    `${id}\u200d`,
    `\u202e${id.split("").toReversed().join("")}`,
    `\ufeff${id}`,
    id
      .normalize("NFKD")
      .replaceAll(/[a-z]/g, (letter) =>
        String.fromCodePoint((letter.codePointAt(0) ?? 0) - 0x61 + 0xff41),
      ),
    `./${id}`,
    `x/../${id}`,
    `../${id}`,
    `..\\${id}`,
    `//${id}`,
    `${id}/`,
    `${id}/.`,
    `${id}?x=`,
    `${id}#`,
    `${id};`,
    `%2e%2e%2f${id}`,
    encodeURIComponent(id),
    encodeURIComponent(encodeURIComponent(id)),
    `${id}' OR '1'='1`,
    `${id}%`,
    `*`,
  ].filter((each) => each !== id);
}

/** Ids that are none. */
export const IMPOSSIBLE_IDS: Readonly<Record<string, string>> = {
  NUL: "a\u0000b",
  "a line break": "a\nb",
  "an escape sequence": "\u001b[2J",
  "a C1 control": "a\u009bb",
  "ten kilobytes": "a".repeat(10_240),
  "ten kilobytes of two-byte letters": "ü".repeat(5_120),
};

/** By chance: parts of keys and paths, any text, and texts of ten kilobytes. */
export function hostileId(others: readonly string[]): fc.Arbitrary<string> {
  const part = fc.constantFrom(
    ...others,
    ...others.flatMap(disguisesOf),
    ..."/ .. . \\ ? # % %2f %00 ' \" ; * : @ , start wake run head".split(" "),
    "\u0000",
    "\u202e",
    "\n",
  );
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.array(part, { minLength: 1, maxLength: 6 }).map((all) => all.join("")),
    },
    { weight: 2, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 60 }) },
    { weight: 1, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 }) },
    { weight: 1, arbitrary: fc.integer({ min: 200, max: 10_240 }).map((size) => "a".repeat(size)) },
  );
}
