// Owns that the quick way of reading strict JSON reads as the careful one does. What the careful
// one refuses is in test/approval/package.test.ts.
import fc from "fast-check";
import { expect, it } from "vitest";
import { parseStrictJson } from "../../core/strict-json.ts";

/** A space in front says nothing, and is what no program would write: the careful way. */
const carefully = (text: string) => parseStrictJson(` ${text}`);

const number = fc.oneof(
  fc.double().map((value) => JSON.stringify(value)),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,20})?(e[+-]?\d{1,3})?$/),
);
const string = fc
  .oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("__proto__", "a", "b", "1", "\ud83e", "\\", '"'),
  )
  .map((value) => JSON.stringify(value));
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small" },
    number,
    string,
    fc.constantFrom("null", "true", "-0", "{", "", '"\ud83e"'),
    fc.array(tie("json"), { maxLength: 3 }).map((items) => `[${items.join()}]`),
    fc
      .array(fc.tuple(string, tie("json")), { maxLength: 3 })
      .map((members) => `{${members.map((member) => member.join(":")).join()}}`),
  ),
}));

it("R33 F16 text as programs write it is read as any other is", () => {
  fc.assert(
    fc.property(json, (text) => {
      expect(parseStrictJson(text)).toEqual(carefully(text));
    }),
    { numRuns: 2_000 },
  );
});
