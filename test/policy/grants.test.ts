// The five scopes of a grant, each crossed in every way (R42, R43), and what a grant cannot say.
import { describe, expect, it } from "vitest";
import type { Grant, GrantedCall } from "../../contract/grant.ts";
import { checkGrants } from "../../core/grant/check-grants.ts";
import { grantsForTools, nameGrants, readGrants } from "../../core/grant/name-grants.ts";

const NOW = 1_800_000_000_000;

const GRANT: Grant = {
  id: "refunds",
  actor: "ann",
  tenant: "acme",
  tool: "refund_order",
  resource: "order/*",
  limits: [
    { path: "amountCents", min: 1, max: 5_000 },
    { path: "currency", oneOf: ["EUR", "USD"] },
  ],
  expiresAt: NOW + 1,
};

const CALL: GrantedCall = {
  actor: "ann",
  tenant: "acme",
  tool: "refund_order",
  resource: "order/1017",
  arguments: { amountCents: 5_000, currency: "EUR" },
  now: NOW,
};

function check(change: Partial<GrantedCall>, ...grants: readonly Grant[]) {
  return checkGrants(nameGrants(grants.length > 0 ? grants : [GRANT]), { ...CALL, ...change });
}

/** Whether a grant with these limits alone covers these arguments. */
function holds(limits: Grant["limits"], given: unknown): boolean {
  return check({ arguments: given }, { tool: "*", limits }).allowed;
}

describe("grants", () => {
  it("R42 R43 issue 3: a call inside of every scope is allowed, and the grant is named", () => {
    expect(check({})).toMatchObject({ allowed: true, grant: { id: "refunds" } });
  });

  const outside: readonly [scope: string, change: Partial<GrantedCall>][] = [
    ["tool", { tool: "cancel_order" }],
    ["tool", { tool: "refund_order2" }],
    ["tool", { tool: "Refund_order" }],
    ["tool", { tool: "refund_orde\u0433" }],
    ["tool", { tool: "*" }],
    ["tenant", { tenant: "globex" }],
    ["tenant", { tenant: undefined }],
    ["tenant", { tenant: "ACME" }],
    ["tenant", { tenant: "\u0430cme" }],
    ["actor", { actor: "bob" }],
    ["actor", { actor: undefined }],
    ["actor", { actor: "ann " }],
    ["resource", { resource: undefined }],
    ["resource", { resource: "order" }],
    ["resource", { resource: "order/" }],
    ["resource", { resource: "order/1017/items" }],
    ["resource", { resource: "order/.." }],
    ["resource", { resource: "order/../order/1017" }],
    ["resource", { resource: "order\\1017" }],
    ["resource", { resource: "order/10\u000017" }],
    ["resource", { resource: "\u043Frder/1017" }],
    ["resource", { resource: "order/\ud800" }],
    ["resource", { resource: `order/${"1".repeat(5_000)}` }],
    ["limits", { arguments: { amountCents: 5_001, currency: "EUR" } }],
    ["limits", { arguments: { amountCents: 1, currency: "EUR " } }],
    ["expiry", { now: NOW + 1 }],
    ["expiry", { now: NOW + 2 }],
    ["expiry", { now: Number.NaN }],
    ["expiry", { now: Number.POSITIVE_INFINITY }],
  ];
  it.each(outside)("R42 R43: a call outside of its %s is refused: %j", (scope, change) => {
    const code = scope === "expiry" ? "grant_expired" : "not_granted";
    expect(check(change)).toMatchObject({ allowed: false, code, scope });
  });

  it("R42: a task without grants may do nothing", () => {
    expect(checkGrants([], CALL)).toMatchObject({ allowed: false, code: "not_granted" });
  });

  it("R42: one grant must cover all of the call; two halves do not make one", () => {
    const half: readonly Grant[] = [
      { tool: "refund_order", resource: "order/9" },
      { tool: "cancel_order", resource: "order/1017" },
    ];
    expect(check({}, ...half)).toMatchObject({ allowed: false, scope: "resource" });
    expect(check({}, ...half, { tool: "refund_*" })).toMatchObject({ allowed: true });
  });

  it("R42 R44: the reason names scope and path, and no value of the call or of the grant", () => {
    const said = check({ arguments: { amountCents: 987_654, currency: "EUR" } });
    expect(said).toMatchObject({
      reason:
        "the tool is granted, but with a limit on the argument amountCents: it is above the maximum",
    });
    const reasons = outside.map(([, change]) => JSON.stringify(check(change)));
    for (const word of ["bob", "globex", "1017", "5001", "5000"]) {
      expect(reasons.join("\n")).not.toContain(word);
    }
  });

  it("R43: expiry is what is missing only where all the rest is covered", () => {
    const expired = { ...GRANT, expiresAt: NOW - 1 };
    expect(check({}, expired)).toMatchObject({ code: "grant_expired" });
    expect(check({ actor: "bob" }, expired)).toMatchObject({ code: "not_granted" });
    expect(check({}, expired, { tool: "refund_order" })).toMatchObject({ allowed: true });
  });
});

describe("limits on arguments", () => {
  const max = [{ path: "/amount", max: 100 }];
  const numbers: readonly [given: unknown, allowed: boolean][] = [
    [{ amount: 100 }, true],
    [{ amount: -5 }, true],
    [{ amount: 99.99 }, true],
    [{ amount: 100.01 }, false],
    [{}, false],
    [{ amount: null }, false],
    [{ amount: "100" }, false],
    [{ amount: [1] }, false],
    [{ amount: -0 }, false],
    [{ amount: Number.NaN }, false],
    [{ amount: Number.NEGATIVE_INFINITY }, false],
    [{ amount: -1e300 }, false],
    [{ amount: -(2 ** 53) }, false],
    [{ amount: { valueOf: () => 1 } }, false],
    [JSON.parse('{"__proto__": {"amount": 1}}'), false],
    [Object.create({ amount: 1 }), false],
    [null, false],
    ["amount", false],
  ];
  it.each(numbers)("R42 R96: max 100 over %j is %s", (given, allowed) => {
    expect(holds(max, given)).toBe(allowed);
  });

  it.each<[string, unknown, boolean]>([
    ["items.*.price", { items: [{ price: 1 }, { price: 10 }] }, true],
    ["items.*.price", { items: [{ price: 1 }, { price: 11 }] }, false],
    ["items.*.price", { items: [{ price: 1 }, {}] }, false],
    ["items.*.price", { items: [] }, false],
    ["items.*.price", { items: { a: { price: 1 } } }, false],
    ["items.0.price", { items: [{ price: 1 }, { price: 11 }] }, true],
    ["items.00.price", { items: [{ price: 1 }] }, false],
    ["items.length", { items: [] }, false],
    ["/a~1b/~0", { "a/b": { "~": 3 } }, true],
    ["__proto__.price", { items: [] }, false],
    ["constructor.length", {}, false],
  ])("R42: the path %s over %j holds: %s", (path, given, allowed) => {
    expect(holds([{ path, max: 10 }], given)).toBe(allowed);
  });

  it.each<[string, boolean]>([
    ["ann@example.com", true],
    ["ann@MAIL.Example.com", true],
    ["https://example.com/a?b=c", true],
    ["http://api.example.com:8080", true],
    ["example.com", true],
    ["ann@example.com.evil.net", false],
    ["ann@notexample.com", false],
    ["ann@evil.net,bob@example.com", false],
    ["<ann@evil.net> bob@example.com", false],
    ["ann@evil.net@example.com", false],
    ['"ann@evil.net "@example.com', false],
    ["ann@example.com\nBcc: eve@evil.net", false],
    ["ann@ex\u0430mple.com", false],
    ["ann@example.com.", false],
    ["https://example.com@evil.net/", false],
    ["https://evil.net\\@example.com/", false],
    ["https://evil.net#@example.com", false],
    ["https://user:pass@example.com/", false],
    ["https://ex\u0430mple.com/", false],
    ["https://example.com\t.evil.net/", false],
    ["ftp://example.com/", false],
    ["javascript://example.com/%0aalert(1)", false],
    ["//example.com/", false],
    ["mailto:ann@example.com", false],
    ["", false],
  ])("R42: the domain example.com covers %j: %s", (to, allowed) => {
    expect(holds([{ path: "to", domain: ["example.com"] }], { to })).toBe(allowed);
  });

  it("R42: a limit on one recipient does not hold for a list; every element has its own path", () => {
    const to = ["ann@example.com", "eve@evil.net"];
    expect(holds([{ path: "to", domain: ["example.com"] }], { to })).toBe(false);
    expect(holds([{ path: "to.*", domain: ["example.com"] }], { to })).toBe(false);
    expect(holds([{ path: "to.*", domain: ["example.com", "evil.net"] }], { to })).toBe(true);
  });

  it.each<[string, string, boolean]>([
    ["/data/public", "/data/public/a.txt", true],
    ["/data/public", "/data/public", true],
    ["/data/public/", "/data//public/./a.txt", true],
    ["/data/public", "/data/publicity", false],
    ["/data/public", "/data/public/../secret", false],
    ["/data/public", "/data/public/a/../b", false],
    ["/data/public", "data/public/a", false],
    ["/data/public", "/data/public/%2e%2e/secret", false],
    ["/data/public", "/data/public/..\\secret", false],
    ["/data/public", "/data/public/a\u0000.txt", false],
    ["reports", "reports/2026/a.pdf", true],
    ["reports", "/reports/a.pdf", false],
    ["reports", "./reports/a.pdf", true],
  ])("R42: within %s is %j: %s", (within, file, allowed) => {
    expect(holds([{ path: "file", within }], { file })).toBe(allowed);
  });

  it("R42: a list of texts is compared character by character", () => {
    const limits = [{ path: "to", oneOf: ["caf\u00e9"] }];
    expect(holds(limits, { to: "caf\u00e9" })).toBe(true);
    expect(holds(limits, { to: "cafe\u0301" })).toBe(false);
    expect(holds(limits, { to: 1 })).toBe(false);
  });
});

describe("grants that somebody writes", () => {
  it.each<[string, object, string]>([
    ["a tool pattern", { tool: "refund order" }, "grants[0].tool: must be a tool's name"],
    ["a foreign wildcard", { tool: "*", resource: "order/{1,2}" }, "must not contain {"],
    ["** in a segment", { tool: "*", resource: "order/a**" }, "must have ** as a whole segment"],
    ["an empty segment", { tool: "*", resource: "order//x" }, "must not have an empty segment"],
    ["..", { tool: "*", resource: "a/../b" }, "must not have a segment . or .."],
    ["an unknown field", { tool: "*", amount: 3 }, 'grants[0]: Unrecognized key: "amount"'],
    ["no tool", {}, "grants[0].tool"],
    ["a limit without a bound", { tool: "*", limits: [{ path: "a" }] }, "a limit needs one of"],
    [
      "a limit of two kinds",
      { tool: "*", limits: [{ path: "a", max: 1, oneOf: ["x"] }] },
      "on a number (min, max) or on a text",
    ],
    ["min above max", { tool: "*", limits: [{ path: "a", min: 2, max: 1 }] }, "no number would do"],
    [
      "a limit that is no number",
      { tool: "*", limits: [{ path: "a", max: Number.POSITIVE_INFINITY }] },
      "number",
    ],
    [
      "an upper-case domain",
      { tool: "*", limits: [{ path: "a", domain: ["A.com"] }] },
      "lower case",
    ],
    [
      "an address as a domain",
      { tool: "*", limits: [{ path: "a", domain: ["1.2.3"] }] },
      "host's name",
    ],
    ["an empty path", { tool: "*", limits: [{ path: "a..b", max: 1 }] }, "must be a JSON pointer"],
    [
      ".. in a folder",
      { tool: "*", limits: [{ path: "a", within: "/a/.." }] },
      "must not contain ..",
    ],
    ["a fraction of a time", { tool: "*", expiresAt: 1.5 }, "grants[0].expiresAt"],
  ])("R42 issue 3: %s is an error that names the field", (_, grant, message) => {
    expect(() => readGrants([grant])).toThrow(message);
  });

  it("R42: two different grants cannot share an id; equal ones are one", () => {
    const one = { id: "g", tool: "a" };
    expect(readGrants([one, one])).toHaveLength(1);
    expect(() => readGrants([one, { id: "g", tool: "b" }])).toThrow('two grants have the id "g"');
  });

  it("R42: without a word from anybody a task may call the tools that its agent declares", () => {
    const grants = grantsForTools([{ name: "refund_order" }]);
    expect(checkGrants(grants, CALL)).toMatchObject({ allowed: true });
    expect(checkGrants(grants, { ...CALL, tool: "cancel_order" })).toMatchObject({
      allowed: false,
    });
  });
});
