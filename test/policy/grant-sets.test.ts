// Property tests: a child's grants never cover what the parent's do not (R42), and patterns
// mean what a naive reading of them says.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ArgumentLimit, Grant, GrantedCall } from "../../contract/grant.ts";
import { checkGrants } from "../../core/grant/check-grants.ts";
import { nameGrants } from "../../core/grant/name-grants.ts";
import {
  matchesResource,
  matchesTool,
  resourcePatternCovers,
  toolPatternCovers,
} from "../../core/grant/pattern.ts";
import { subsetOf } from "../../core/grant/subset.ts";

const RUNS = { numRuns: 3_000 };
/** Of properties of which few examples fit. */
const FEW_RUNS = { numRuns: 400 };

// Small alphabets, so that patterns and texts often meet.
const segment = fc.string({ unit: fc.constantFrom("a", "b", "."), minLength: 1, maxLength: 3 });
const segmentPattern = fc.string({
  unit: fc.constantFrom("a", "b", "*"),
  minLength: 1,
  maxLength: 4,
});
const resource = fc.array(segment, { minLength: 1, maxLength: 4 }).map((all) => all.join("/"));
const resourcePattern = fc
  .array(
    fc.oneof(
      segmentPattern.filter((text) => !text.includes("**")),
      fc.constant("**"),
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((all) => all.join("/"));
const tool = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 3 });
const toolPattern = fc
  .string({ unit: fc.constantFrom("a", "b", "*"), minLength: 1, maxLength: 4 })
  .filter((text) => !text.includes("**"));

const who = fc.option(fc.constantFrom("x", "y"), { nil: undefined });
const path = fc.constantFrom("n", "/n", "o.*", "o.0");
const bound = fc.option(fc.integer({ min: -3, max: 3 }), { nil: undefined });
const TEXTS = ["a@x.com", "a@y.x.com", "d/e", "d/e/f", "/d", "z"] as const;
const limit = fc.oneof(
  fc
    .record({ path, min: bound, max: bound })
    .filter(({ min, max }) => min !== undefined || max !== undefined),
  fc.record({ path, oneOf: fc.subarray([...TEXTS], { minLength: 1 }) }),
  fc.record({ path, domain: fc.subarray(["com", "x.com", "y.x.com"], { minLength: 1 }) }),
  fc.record({ path, within: fc.constantFrom("d", "d/e", ".", "/") }),
);
const grantTime = fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined });
const grant: fc.Arbitrary<Grant> = fc.record({
  tool: toolPattern,
  actor: who,
  tenant: who,
  resource: fc.option(resourcePattern, { nil: undefined }),
  limits: fc.option(fc.array(limit, { maxLength: 2 }), { nil: undefined }),
  expiresAt: grantTime,
});
const grants = fc.array(grant, { maxLength: 2 });

const anyValue = fc.oneof(fc.integer({ min: -4, max: 4 }), fc.constantFrom(...TEXTS, null, -0));

/** Values that a limit is likely to let pass. */
function valuesFor({ min, max, oneOf = [], domain = [], within }: ArgumentLimit) {
  const texts = [...oneOf, ...domain.map((each) => `a@${each}`), `${within ?? "d"}/f`];
  return fc.constantFrom<unknown>(...texts, min ?? max ?? 0, max ?? min ?? 0);
}

/** A call near a grant: most are covered by it, and the others nearly. */
function callNear({ tool: tools, resource: where, limits = [], ...given }: Grant) {
  const [first] = limits;
  const filled = first === undefined ? anyValue : fc.oneof(valuesFor(first), anyValue);
  return fc.record<GrantedCall>({
    actor: given.actor === undefined ? who : fc.constant(given.actor),
    tenant: given.tenant === undefined ? who : fc.constant(given.tenant),
    tool: fc.constantFrom(tools.replaceAll("*", "a"), tools.replaceAll("*", "")),
    resource: fc.oneof(
      fc.constantFrom(undefined, "a", "b/a"),
      fc.constantFrom("a", "a/b", "b/a/a").map((end) => fill(where ?? "**", end)),
    ),
    arguments: fc.record({ n: filled, o: fc.array(filled, { maxLength: 2 }) }),
    now: fc.integer({ min: -1, max: 4 }),
  });
}

function fill(pattern: string, end: string): string {
  return pattern.replaceAll("**", end).replaceAll("*", "b");
}

/** A grant that differs from another one in one scope, so that subsets are not rare. */
function relativeOf(outer: Grant): fc.Arbitrary<Grant> {
  const scope = fc.oneof(
    fc.record({ tool: fc.constantFrom("a", outer.tool.replaceAll("*", "a")) }),
    fc.record({ actor: who }),
    fc.record({ tenant: who }),
    fc.record({
      resource: fc.oneof(resourcePattern, fc.constant(fill(outer.resource ?? "**", "a"))),
    }),
    fc.record({ expiresAt: grantTime }),
    // Most often, since there is most to get wrong.
    ...[1, 2, 3].map(() => fc.record({ limits: fc.tuple(...(outer.limits ?? []).map(limitLike)) })),
  );
  return scope.map((change) => ({ ...outer, ...change }));
}

function limitLike({ path: same }: ArgumentLimit): fc.Arbitrary<ArgumentLimit> {
  return limit.map((other) => ({ ...other, path: same }));
}

const family = grants.chain((parent) =>
  fc
    .oneof(grants, fc.tuple(...parent.map(relativeOf)))
    .filter((child) => child.length > 0)
    .chain((child) =>
      fc.record({
        parent: fc.constant(nameGrants(parent)),
        child: fc.constant(nameGrants(child)),
        calls: fc.array(fc.oneof(...child.map(callNear)), { minLength: 4, maxLength: 12 }),
      }),
    ),
);

describe("sets of grants", () => {
  it("R42 issue 3: whatever a subset covers, the whole covers", () => {
    let proved = 0;
    let covered = 0;
    fc.assert(
      fc.property(family, ({ parent, child, calls }) => {
        if (!subsetOf(child, parent).within) return;
        proved += 1;
        for (const each of calls) {
          if (!checkGrants(child, each).allowed) continue;
          covered += 1;
          expect(checkGrants(parent, each), JSON.stringify({ child, parent, each })).toMatchObject({
            allowed: true,
          });
        }
      }),
      RUNS,
    );
    // Else the property would say nothing.
    expect(proved).toBeGreaterThan(RUNS.numRuns / 10);
    expect(covered).toBeGreaterThan(100);
  });

  it("R42: every set lies within itself, and the chain says which grant comes from which", () => {
    fc.assert(
      fc.property(grants, (given) => {
        const all = nameGrants(given);
        const verdict = subsetOf(all, all);
        expect(verdict.within && verdict.chain.map(({ grant: id }) => id)).toEqual(
          all.map(({ id }) => id),
        );
      }),
      RUNS,
    );
  });

  const PARENT: Grant = {
    id: "p",
    tool: "refund_*",
    tenant: "acme",
    actor: "ann",
    resource: "order/**",
    limits: [{ path: "amount", max: 50 }],
    expiresAt: 100,
  };
  it.each<[string, Partial<Grant>]>([
    ["tool", { tool: "*" }],
    ["tenant", { tenant: undefined }],
    ["tenant", { tenant: "globex" }],
    ["actor", { actor: "bob" }],
    ["resource", { resource: undefined }],
    ["resource", { resource: "**" }],
    ["limits", { limits: [] }],
    ["limits", { limits: [{ path: "amount", max: 51 }] }],
    ["limits", { limits: [{ path: "amount", min: 1 }] }],
    ["limits", { limits: [{ path: "amounts", max: 1 }] }],
    ["expiry", { expiresAt: 101 }],
    ["expiry", { expiresAt: undefined }],
  ])("R42: a child that is wider in its %s is refused: %j", (scope, change) => {
    const verdict = subsetOf(nameGrants([{ ...PARENT, id: "c", ...change }]), nameGrants([PARENT]));
    expect(verdict).toMatchObject({ within: false, grant: "c" });
    expect(!verdict.within && verdict.reason.endsWith(scope)).toBe(true);
  });

  it.each<[Omit<ArgumentLimit, "path">, Omit<ArgumentLimit, "path">, boolean]>([
    [{ domain: ["a.com"] }, { domain: ["b.a.com"] }, true],
    [{ domain: ["b.a.com"] }, { domain: ["a.com"] }, false],
    [{ domain: ["a.com"] }, { domain: ["a.com", "b.com"] }, false],
    [{ domain: ["a.com"] }, { oneOf: ["x@a.com"] }, true],
    [{ domain: ["a.com"] }, { oneOf: ["x@a.com", "x@b.com"] }, false],
    [{ within: "/a" }, { within: "/a/b" }, true],
    [{ within: "/a/b" }, { within: "/a" }, false],
    [{ oneOf: ["x"] }, { within: "x" }, false],
    [{ max: 5 }, { max: 5 }, true],
    [{ max: 5 }, { oneOf: ["5"] }, false],
    [{ min: 1, max: 5 }, { min: 2 }, false],
  ])("R42: under the limit %j a child's limit %j lies within: %s", (outer, inner, within) => {
    const under = (one: Omit<ArgumentLimit, "path">) =>
      nameGrants([{ tool: "*", limits: [{ path: "a", ...one }] }]);
    expect(subsetOf(under(inner), under(outer)).within).toBe(within);
  });

  it("R42: a child may be narrower in each", () => {
    const child: Grant = {
      ...PARENT,
      id: "c",
      tool: "refund_order",
      resource: "order/*/items",
      limits: [{ path: "/amount", min: 1, max: 50 }],
      expiresAt: 99,
    };
    expect(subsetOf(nameGrants([child]), nameGrants([PARENT]))).toEqual({
      within: true,
      chain: [{ grant: "c", from: "p" }],
    });
  });
});

describe("patterns", () => {
  /** The naive reading, as a regular expression; small texts only. */
  const naive = (pattern: string): RegExp =>
    new RegExp(
      `^${pattern
        .split("/")
        .map((part) => (part === "**" ? "[^/]+(/[^/]+)*" : part.replaceAll("*", "[^/]*")))
        .join("/")}$`,
    );

  it("R42: a resource fits a pattern as its naive reading says", () => {
    fc.assert(
      fc.property(resourcePattern, resource, (pattern, text) => {
        const unsure = text.split("/").some((part) => part === "." || part === "..");
        expect(matchesResource(pattern, text)).toBe(!unsure && naive(pattern).test(text));
      }),
      RUNS,
    );
  });

  it("R42: a pattern that covers another one covers all that fits it", () => {
    fc.assert(
      fc.property(resourcePattern, resourcePattern, resource, (outer, inner, text) => {
        fc.pre(resourcePatternCovers(outer, inner) && matchesResource(inner, text));
        expect(matchesResource(outer, text)).toBe(true);
      }),
      FEW_RUNS,
    );
    fc.assert(
      fc.property(toolPattern, toolPattern, tool, (outer, inner, name) => {
        fc.pre(toolPatternCovers(outer, inner) && matchesTool(inner, name));
        expect(matchesTool(outer, name)).toBe(true);
      }),
      FEW_RUNS,
    );
  });

  it("R42: no pattern takes long", () => {
    const pattern = Array.from({ length: 60 }, () => "**").join("/");
    const text = `${Array.from({ length: 500 }, () => "a").join("/")}/`;
    expect(matchesResource(`${pattern}/b`, text.slice(0, -1))).toBe(false);
    expect(matchesTool("*a*a*a*a*a*a*a*a*b", "a".repeat(64))).toBe(false);
  });
});
