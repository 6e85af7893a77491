// Owns that a child task never is given more than its agent gives and its parent has (R42).
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nameGrants } from "../../core/grant/name-grants.ts";
import { narrow } from "../../core/grant/narrow.ts";
import { subsetOf } from "../../core/grant/subset.ts";

describe("R42 the grants of a child", () => {
  const grant = fc.record({
    tool: fc.constantFrom("look", "pay", "pay_*", "*"),
    resource: fc.constantFrom("order/1", "order/*", "**"),
    expiresAt: fc.constantFrom(10, 20),
  });
  const grants = fc.uniqueArray(grant, { maxLength: 4, selector: (each) => JSON.stringify(each) });

  it("R42 lie within its agent's and within its parent's", () => {
    fc.assert(
      fc.property(grants, grants, (own, most) => {
        const narrowed = narrow(nameGrants(own), nameGrants(most)) ?? [];
        expect(subsetOf(narrowed, nameGrants(own)).within).toBe(true);
        expect(subsetOf(narrowed, nameGrants(most)).within).toBe(true);
        expect(new Set(narrowed.map(({ id }) => id)).size).toBe(narrowed.length);
      }),
    );
    expect(narrow(undefined, undefined)).toBeUndefined();
    expect(narrow(undefined, [])).toEqual([]);
  });
});
