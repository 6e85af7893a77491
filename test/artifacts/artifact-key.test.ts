// Owns that no two tenants have a place in common, whatever they are called and however a file
// system or a storage compares names (R47).
import { assert, constantFrom, oneof, property, string, tuple, uniqueArray } from "fast-check";
import { describe, expect, it } from "vitest";
import { artifactKey, tenantFolder } from "../../services/artifacts/artifact-key.ts";

const DIGEST = "ab".repeat(32);
const placeOf = (tenant: string | undefined) => artifactKey(tenantFolder(tenant), DIGEST);

/** Names that mean something to a file system, an URL or a person. */
const AWKWARD: readonly string[] = [
  "..",
  ".",
  "../acme",
  "a/../acme",
  "acme/",
  "/acme",
  "acme/ab",
  "a\\b",
  "C:",
  "con",
  "~",
  "acme",
  "Acme",
  "ACME",
  "acme ",
  " acme",
  "acme.",
  "\u0430cme",
  "acm\u00e9",
  "acme\u0301",
  "\ufb01",
  "fi",
  "\u212a",
  "K",
  "\u0130",
  "i",
  "\u0131",
  "I",
  "\u00df",
  "ss",
  "\u200dacme",
  "no-tenant",
  "tenants",
  "unfinished",
  "__",
  "_41cme",
  "%41cme",
  "_",
  "__proto__",
  "-",
  "\0",
  "\n",
  "a\0b",
  "\u{1f98a}",
  "x".repeat(128),
  "x".repeat(129),
  "x".repeat(4096),
  `__${DIGEST}`,
];
const tenant = oneof(
  constantFrom(...AWKWARD),
  string({ unit: "grapheme", minLength: 1 }),
  string({ unit: "binary", minLength: 1 }).filter((name) => name.isWellFormed()),
  tuple(constantFrom(...AWKWARD), constantFrom(...AWKWARD)).map((names) => names.join("")),
);

/** As the most forgetful of file systems sees a name. */
const folded = (path: string | undefined) => path?.normalize("NFKC").toLowerCase();

describe("R47 the place of an artifact", () => {
  it("is in one tenant's folder alone, also where names are compared without case", () => {
    const tenants = uniqueArray(tenant, { minLength: 2, maxLength: 40 });
    assert(
      property(tenants, (names) => {
        const places = [undefined, ...names].map(placeOf).map(folded);
        expect(new Set(places).size).toBe(names.length + 1);
      }),
      { numRuns: 500 },
    );
    expect(new Set(AWKWARD.map(placeOf).map(folded)).size).toBe(AWKWARD.length);
  });

  it("is made of names that every file system and storage takes, and leads nowhere else", () => {
    assert(
      property(tenant, (name) => {
        expect(tenantFolder(name)).toMatch(/^tenants\/[a-z0-9_-]{1,128}$/);
      }),
      { numRuns: 1000 },
    );
    expect(placeOf("acme")).toBe(`tenants/acme/ab/${DIGEST}`);
    expect(placeOf("Acme Ltd.")).toBe(`tenants/_41cme_20_4ctd_2e/ab/${DIGEST}`);
    expect(placeOf(undefined)).toBe(`no-tenant/ab/${DIGEST}`);
  });

  it("is refused for what is no name, and there is none for what is no digest", () => {
    for (const name of ["", "\ud800", "acme\udfff"]) {
      expect(() => tenantFolder(name)).toThrow(/^a tenant's name is /);
    }
    for (const digest of ["", "..", DIGEST.toUpperCase(), `${DIGEST}/..`, `${DIGEST}\n`]) {
      expect(artifactKey("tenants/acme", digest)).toBeUndefined();
    }
  });
});
