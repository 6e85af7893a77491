// Owns values as somebody sends them who means harm: JSON of every shape, with a word in all of its texts
// and keys that no error may repeat; and objects that come close to what a schema takes.
import fc from "fast-check";

/** Stands in every hostile text and in every key that nobody asked for. */
export const CANARY = "canary4711";

const NASTY = [
  "",
  "\u0000",
  "\ud83e",
  "\u202e",
  "__proto__",
  "constructor",
  "1e999",
  "-0",
  "../../x",
  "'; DROP TABLE state; --",
  "${process.env}",
  "<script>",
  "%00",
  "a".repeat(2_000),
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...NASTY).map((text) => `${CANARY}${text}`),
  fc.string({ unit: "binary", maxLength: 30 }).map((text) => `${CANARY}${text}`),
  fc.constantFrom(...NASTY),
);

const hostileKey = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 9 }).map((n) => `${CANARY}${n}`) },
  { weight: 1, arbitrary: fc.constantFrom("__proto__", "constructor", "toString", "", "length") },
);

const hostileNumber = fc.oneof(
  fc.constantFrom(0, -1, 1.5, 2 ** 53, -(2 ** 31), 1e308, 5e-324),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

export const hostileJson: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    hostileText,
    hostileNumber,
    fc.constantFrom(null, true, false),
    // What a check of a length compares, where it does not look what it has.
    fc.constantFrom("toString", "valueOf").map((key) => ({ length: { [key]: 1, size: CANARY } })),
    fc.array(tie("value"), { maxLength: 4 }),
    fc
      .array(fc.tuple(hostileKey, tie("value")), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  ),
})).value;

/** As much of JSON Schema as our schemas use. */
export interface Described {
  readonly properties?: Readonly<Record<string, Described>>;
  readonly anyOf?: readonly Described[];
  readonly oneOf?: readonly Described[];
  readonly items?: Described;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string;
}

/** Values that come close to the schema, and are wrong somewhere most of the time. */
export function nearly(schema: Described, depth = 0): fc.Arbitrary<unknown> {
  const wrong = { weight: 1, arbitrary: hostileJson };
  const right = (arbitrary: fc.Arbitrary<unknown>) => fc.oneof({ weight: 6, arbitrary }, wrong);
  const variants = schema.anyOf ?? schema.oneOf;
  if (depth > 5) return hostileJson;
  if (variants !== undefined) return fc.oneof(...variants.map((each) => nearly(each, depth + 1)));
  if (schema.const !== undefined) return right(fc.constant(schema.const));
  if (schema.enum !== undefined) return right(fc.constantFrom(...schema.enum));
  if (schema.items !== undefined)
    return right(fc.array(nearly(schema.items, depth + 1), { maxLength: 3 }));
  if (schema.properties !== undefined) return right(objectOf(schema.properties, depth));
  switch (schema.type ?? "") {
    case "string":
      return right(fc.oneof(fc.constantFrom("a", "0".repeat(64), "2026-11-21"), hostileText));
    case "integer":
    case "number":
      return right(hostileNumber);
    case "boolean":
      return right(fc.boolean());
    default:
      return hostileJson;
  }
}

function objectOf(
  properties: Readonly<Record<string, Described>>,
  depth: number,
): fc.Arbitrary<unknown> {
  const known = Object.entries(properties).map(
    ([key, each]) => [key, nearly(each, depth + 1)] as const,
  );
  const more = fc.option(fc.tuple(hostileKey, hostileJson), { freq: 4, nil: undefined });
  return fc
    .tuple(fc.record(Object.fromEntries(known), { requiredKeys: [] }), more)
    .map(([value, extra]) => (extra === undefined ? value : { ...value, [extra[0]]: extra[1] }));
}

/** Bytes of a body: mostly JSON, sometimes broken, with a byte too many, or in no encoding. */
export function bytesOf(values: fc.Arbitrary<unknown>): fc.Arbitrary<Uint8Array> {
  const text = values.map((value) => JSON.stringify(value));
  return fc.oneof(
    { weight: 6, arbitrary: text.map((each) => Buffer.from(each)) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(text, fc.nat())
        .map(([each, at]) => Buffer.from(each).subarray(0, at % 99)),
    },
    {
      weight: 1,
      arbitrary: text.map((each) => Buffer.from(each.replace("{", '{"a":1,"a":2,"b":-0,'))),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
    {
      weight: 1,
      arbitrary: fc.integer({ min: 1, max: 40_000 }).map((n) => Buffer.from("[".repeat(n))),
    },
  );
}

/** Texts made of these parts: near enough to a grammar to get into it. */
export function tokens(
  parts: readonly string[],
  maxLength: number,
  between = "",
): fc.Arbitrary<string> {
  const some = fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength });
  return some.map((chosen) => chosen.join(between));
}
