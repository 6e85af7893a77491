// Owns the form by which a person edits a call's arguments: what it shows is what was proposed, and what is typed
// is what is sent.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fieldsOf, readTyped, typedOf } from "../../console/approvals/edit-fields.ts";
import { isDimension, pointsOf } from "../../console/oversee/budget-words.ts";

const SCHEMA = {
  type: "object",
  properties: {
    order: { type: "string", description: "Its number" },
    cents: { type: "integer" },
    urgent: { type: "boolean" },
    currency: { enum: ["EUR", "USD"] },
    lines: { type: "array" },
  },
  required: ["order", "cents"],
};

describe("R39 the form of an edit", () => {
  it("has a field for each property of the schema, and of the arguments", () => {
    expect(fieldsOf(SCHEMA, { order: "1", note: { a: 1 } })).toMatchObject([
      { name: "order", kind: "text", required: true, about: "Its number" },
      { name: "cents", kind: "number", required: true },
      { name: "urgent", kind: "yes-no", required: false },
      { name: "currency", kind: "choice", choices: ["EUR", "USD"] },
      { name: "lines", kind: "json" },
      { name: "note", kind: "json", required: false },
    ]);
  });

  it("sends what was shown where nobody typed anything, whatever the arguments are", () => {
    const values = fc.dictionary(
      fc.string({ minLength: 1 }).filter((name) => name !== "__proto__"),
      fc.jsonValue({ maxDepth: 2 }),
    );
    fc.assert(
      fc.property(values, fc.boolean(), (given, known) => {
        const before = JSON.parse(JSON.stringify(given)) as Record<string, unknown>;
        const fields = fieldsOf(known ? SCHEMA : undefined, before);
        const { values: after, problems } = readTyped(fields, typedOf(fields, before));
        const good = Object.entries(before).filter(([name]) => problems[name] === undefined);
        for (const [name, value] of good) expect(after[name]).toEqual(value);
        // What does not fit the schema is said, and not sent.
        for (const name of Object.keys(after)) expect(Object.hasOwn(before, name)).toBe(true);
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  it("says which field is wrong, and leaves out what is empty and not required", () => {
    const fields = fieldsOf(SCHEMA, {});
    expect(readTyped(fields, { order: "", cents: "many", urgent: "", lines: "[" })).toEqual({
      values: { order: "" },
      problems: { cents: "takes a number", lines: "takes JSON" },
    });
    expect(readTyped(fields, { order: "7", cents: "12" }).values).toEqual({
      order: "7",
      cents: 12,
    });
    expect(readTyped(fields, {}).problems).toEqual({ order: "is needed", cents: "is needed" });
  });
});

describe("R49 the plot of budgets", () => {
  it("has the days in their order, money in whole units, and no limit where there is none", () => {
    const amounts = { used: {}, reserved: {}, leased: {}, overrun: {}, highWater: {}, open: [] };
    const rest = { holds: {}, waiting: 0, requests: 0, changes: [] };
    const day = (date: string, money: number, limit?: number) => ({
      ...amounts,
      ...rest,
      budget: `day/acme/${date}`,
      level: "day" as const,
      date,
      used: { money },
      reserved: { money: 500_000 },
      limit: limit === undefined ? {} : { money: limit },
    });
    const days = [day("2026-11-21", 2_000_000, 9_000_000), day("2026-11-20", 1_000_000)];
    expect(pointsOf(days, "money")).toEqual([
      [Date.parse("2026-11-20") / 1_000, Date.parse("2026-11-21") / 1_000],
      [1, 2],
      [1.5, 2.5],
      [null, 9],
    ]);
    expect([isDimension("money"), isDimension("gold"), isDimension(undefined)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
