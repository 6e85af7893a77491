// Owns where credentials come from: environment, files, memory, several of them, and what a tool's
// service makes of their answers.
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { assert, property, string, stringMatching } from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CredentialRequest, CredentialResolver } from "../../contract/credential.ts";
import { createCredentialChain, createEnvCredentials, createFileCredentials } from "../../index.ts";
import { createCredentialPort } from "../../services/credentials/credential-port.ts";

const { signal } = new AbortController();
const ask = (source: CredentialResolver, name: string, tenant?: string) =>
  source.resolve(
    { name, tool: "pay", agent: "clerk", ...(tenant === undefined ? {} : { tenant }) },
    signal,
  );

describe("R44 credentials in the environment", () => {
  const variables = {
    HOLDFAST_CREDENTIAL_SHOP_API: "of nobody",
    HOLDFAST_CREDENTIAL_SHOP_API__ACME: "of acme",
    HOLDFAST_CREDENTIAL_EMPTY: "",
    HOLDFAST_CREDENTIAL_MAIL: "of everybody",
  };
  const source = createEnvCredentials({ variables, shared: ["mail"] });

  it.each([
    ["shop-api", undefined, "of nobody"],
    ["shop-api", "acme", "of acme"],
    ["mail", undefined, "of everybody"],
    ["mail", "acme", "of everybody"],
  ])("%s of tenant %s is %s", async (name, tenant, value) => {
    expect(await ask(source, name, tenant)).toMatchObject({ outcome: "ok", value });
  });

  it.each([
    ["shop-api", "other", /^set the environment variable HOLDFAST_CREDENTIAL_SHOP_API__OTHER$/],
    ["empty", undefined, /^set the environment variable HOLDFAST_CREDENTIAL_EMPTY$/],
    ["Shop-Api", undefined, /lower-case letters.*keep it in a file$/],
    ["shop_api", undefined, /keep it in a file$/],
    ["shop--api", undefined, /keep it in a file$/],
    ["shop-api", "a__b", /keep it in a file$/],
    ["shop-api", "Acme", /keep it in a file$/],
  ])("%s of tenant %s is missing, and the answer says what to do", async (name, tenant, fix) => {
    const answer = await ask(source, name, tenant);
    expect(answer).toEqual({ outcome: "missing", fix: expect.stringMatching(fix) as string });
  });

  it("R44 no two names and tenants share a variable", async () => {
    const word = stringMatching(/^[a-z-]{1,6}$/);
    const variableOf = async (name: string, tenant: string | undefined) => {
      const asked: string[] = [];
      const spy = new Proxy({}, { get: (_, key) => void asked.push(String(key)) });
      await ask(createEnvCredentials({ variables: spy }), name, tenant);
      return asked[0];
    };
    const seen = new Map<string, string>();
    const names = new Set<readonly [string, string | undefined]>();
    assert(
      property(word, word, (name, tenant) => void names.add([name, tenant]).add([name, undefined])),
    );
    for (const [name, tenant] of names) {
      const variable = await variableOf(name, tenant);
      if (variable === undefined) continue;
      const whose = JSON.stringify([name, tenant]);
      expect(seen.get(variable) ?? whose).toBe(whose);
      seen.set(variable, whose);
    }
    expect(seen.size).toBeGreaterThan(20);
  });
});

describe("R44 credentials in files", () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "holdfast-credentials-"));
  });
  afterAll(() => rm(directory, { recursive: true }));
  const source = () => createFileCredentials({ directory, shared: ["mail"] });

  const put = async (path: string, content: string | Uint8Array, mode = 0o600) => {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    await chmod(file, mode);
    return file;
  };

  it("one file per tenant and name, and the next use has what is in it by then", async () => {
    await put("shared/shop-api", "of nobody\n");
    await put("tenants/acme/shop-api", "of acme\r\n", 0o400);
    await put("shared/mail", "two\nlines\n\n");
    expect(await ask(source(), "shop-api")).toMatchObject({ value: "of nobody" });
    expect(await ask(source(), "shop-api", "acme")).toMatchObject({ value: "of acme" });
    expect(await ask(source(), "mail", "acme")).toMatchObject({ value: "two\nlines\n" });
    const kept = source();
    expect(await ask(kept, "shop-api")).toMatchObject({ value: "of nobody" });
    await put("shared/shop-api", "the next one");
    expect(await ask(kept, "shop-api")).toMatchObject({ value: "the next one" });
  });

  it.each([0o640, 0o604, 0o660, 0o602, 0o610, 0o601])("mode %o is refused", async (mode) => {
    const file = await put("shared/open", "for everybody", mode);
    expect(await ask(source(), "open")).toEqual({
      outcome: "refused",
      fix: `others than its owner may use the file; chmod 600 ${file}`,
    });
  });

  it("what is no credential is refused or missing, and the answer names the file", async () => {
    await put("shared/empty", "\n");
    await put("shared/large", "x".repeat(65 * 1024));
    await put("shared/bytes", new Uint8Array([0xff, 0xfe, 0xfd]));
    await mkdir(join(directory, "shared/folder"), { recursive: true, mode: 0o700 });
    const outcomes = await Promise.all(
      ["empty", "large", "bytes", "folder", "absent"].map((name) => ask(source(), name)),
    );
    expect(outcomes).toMatchObject([
      { outcome: "missing", fix: expect.stringContaining("shared/empty") as string },
      { outcome: "refused", fix: expect.stringContaining("shared/large") as string },
      { outcome: "refused", fix: expect.stringContaining("not UTF-8") as string },
      { outcome: "refused", fix: expect.stringContaining("a regular file") as string },
      { outcome: "missing", fix: `put it into the file ${join(directory, "shared/absent")}` },
    ]);
    expect(JSON.stringify(outcomes)).not.toContain("xxxx");
  });

  it("a link, as orchestrators mount them, leads to its file", async () => {
    const file = await put("mounted", "through a link");
    await symlink(file, join(directory, "shared/linked"));
    expect(await ask(source(), "linked")).toMatchObject({ value: "through a link" });
  });

  it("R44 no tenant reaches out of its folder or into another's", async () => {
    const pathOf = async (tenant: string) => {
      const answer = await ask(createFileCredentials({ directory: "/nowhere" }), "key", tenant);
      return "fix" in answer ? answer.fix.replace("put it into the file ", "") : "";
    };
    const paths = new Map<string, string>();
    const tenants = new Set([
      "..",
      ".",
      "a/b",
      "/",
      "Acme",
      "acme",
      "a%2fb",
      "%41cme",
      "é",
      "\u{1f600}",
    ]);
    assert(
      property(string({ minLength: 1, unit: "grapheme" }), (tenant) => void tenants.add(tenant)),
    );
    for (const tenant of tenants) {
      const path = await pathOf(tenant);
      expect(path).toMatch(/^\/nowhere\/tenants\/[a-z0-9_%-]+\/key$/);
      expect(paths.get(path) ?? tenant).toBe(tenant);
      paths.set(path, tenant);
    }
  });
});

describe("R44 several sources", () => {
  const answers = (answer: Awaited<ReturnType<CredentialResolver["resolve"]>>) => ({
    resolve: async () => answer,
  });
  const missing = answers({ outcome: "missing", fix: "set A" });
  const expired = answers({ outcome: "expired", fix: "renew B" });
  const refused = answers({ outcome: "refused", fix: "chmod C" });
  const found = answers({ outcome: "ok", value: "value", source: "D" });

  it.each([
    [
      "the first that has it",
      [missing, found, refused],
      { outcome: "ok", value: "value", source: "D" },
    ],
    [
      "a refusal ends the search",
      [missing, refused, found],
      { outcome: "refused", fix: "chmod C" },
    ],
    ["none has it", [missing, expired], { outcome: "expired", fix: "set A; or renew B" }],
  ])("%s", async (_, sources, answer) => {
    expect(await ask(createCredentialChain(sources), "key")).toEqual(answer);
  });

  it("none at all is refused at once", () => {
    expect(() => createCredentialChain([])).toThrow(/has no source/);
  });
});

describe("R44 R43 what a tool's service is told", () => {
  const origin = { agent: "clerk", taskId: "t", taskUid: "u", tool: "pay", tenant: "acme" };
  const told = (answer: Awaited<ReturnType<CredentialResolver["resolve"]>>, now = 1000) =>
    createCredentialPort({ resolve: async () => answer }, () => now)("key", origin, signal);
  const ok = { outcome: "ok", value: "long enough", source: "the file /f" } as const;

  it.each([
    [ok, { value: "long enough", source: "the file /f" }],
    [
      { ...ok, expiresAt: 1001 },
      { value: "long enough", source: "the file /f" },
    ],
    [{ ...ok, expiresAt: 1000 }, "has expired: renew it in the file /f"],
    [
      { ...ok, value: "seven77" },
      "cannot be used: it has fewer than 8 characters, too few to be kept out of results and logs; replace it in the file /f",
    ],
    [{ outcome: "missing", fix: "set X" } as const, "is missing: set X"],
    [{ outcome: "expired", fix: "log in" } as const, "has expired: log in"],
    [{ outcome: "refused", fix: "chmod" } as const, "cannot be used: chmod"],
  ])("of %o", async (answer, expected) => {
    const wanted =
      typeof expected === "string"
        ? { missing: `the credential "key" of tenant "acme" ${expected}` }
        : expected;
    expect(await told(answer)).toEqual(wanted);
  });

  it("a fresh one is not taken from memory, and the source hears whose it is", async () => {
    const heard: [string, CredentialRequest][] = [];
    const port = createCredentialPort({
      resolve: async (request) => {
        heard.push(["resolve", request]);
        return ok;
      },
      invalidate: (request) => void heard.push(["invalidate", request]),
    });
    await port("key", origin, signal);
    await port("key", origin, signal, true);
    const request = { name: "key", tenant: "acme", tool: "pay", agent: "clerk" };
    expect(heard).toEqual([
      ["resolve", request],
      ["invalidate", request],
      ["resolve", request],
    ]);
  });
});
