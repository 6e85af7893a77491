// Owns who is let in: by API keys and by tokens of an issuer, and that every wrong credential has one
// answer, byte for byte, and reaches nothing.
import fc from "fast-check";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ApiKey, GatewayOptions, TokenIssuer } from "../../index.ts";
import { createGateway, newApiKey } from "../../index.ts";
import { createLogger } from "../../services/log.ts";
import { type Call, clientOf } from "./support/client.ts";
import { type Issuer, startIssuer } from "./support/issuer.ts";
import { startStubRuntime, type StubRuntime } from "./support/stub-runtime.ts";

const STATUS = "/v1/agents/desk/tasks/t/status";
const who = { tenant: "acme", principal: "ada", roles: ["viewer"] } satisfies Partial<ApiKey>;

const runtime: StubRuntime = await startStubRuntime();
afterAll(() => runtime.close());

function gatewayWith(authentication: GatewayOptions["authentication"]): Call {
  const gateway = createGateway({
    ingressUrl: runtime.url,
    adminUrl: runtime.url,
    logger: createLogger("silent"),
    ...(authentication === undefined ? {} : { authentication }),
  });
  return clientOf((path, init) => gateway.fetch(new Request(`http://gateway${path}`, init)));
}

/** What a credential is answered, and how often the runtime heard of it. */
async function answerTo(call: Call, as: string | undefined, headers = {}) {
  const before = runtime.asked.length;
  const answer = await call(STATUS, { as, headers });
  return {
    ...answer,
    headers: Object.fromEntries(answer.headers),
    reached: runtime.asked.length - before,
  };
}

/** The one answer to whoever is not known. */
const REFUSED = {
  status: 401,
  text: '{"type":"about:blank","title":"Unauthorized","status":401,"code":"unauthenticated","detail":"give a valid API key or token as Authorization: Bearer"}',
  headers: {
    "cache-control": "no-store",
    "content-type": "application/problem+json",
    "www-authenticate": "Bearer",
    "x-content-type-options": "nosniff",
  },
  body: expect.anything(),
  reached: 0,
};

describe("R47 an API key", () => {
  const good = newApiKey();
  const expired = newApiKey();
  const call = gatewayWith({
    apiKeys: [
      { ...who, sha256: good.sha256, expiresAt: "2999-01-01T00:00:00Z" },
      { ...who, sha256: expired.sha256, expiresAt: "2020-01-01T00:00:00Z" },
    ],
  });

  it("R47 that is known lets in, as who it says, and goes no further than the gateway", async () => {
    expect((await call(STATUS, { as: good.key })).status).toBe(200);
    const asked = runtime.asked.at(-1);
    expect(asked?.path).toBe("/restate/call/desk/acme%2Ft/status");
    expect(JSON.stringify(asked)).not.toContain(good.key);
    expect(asked?.headers["authorization"]).toBeUndefined();
  });

  it.each([
    ["none", undefined],
    ["empty", ""],
    ["unknown", newApiKey().key],
    ["expired", expired.key],
    ["its own digest", good.sha256],
    ["cut", good.key.slice(0, -1)],
    ["longer", `${good.key}A`],
    ["of two", `${good.key} ${good.key}`],
    ["of 10 kB", `hfk_${"a".repeat(10_000)}`],
    ["no key at all", "hello"],
  ])("R47 that is %s has the one answer", async (_, key) => {
    expect(await answerTo(call, key)).toEqual(REFUSED);
  });

  it.each(["Basic", "bearer=", "Token", ""])(
    "R47 in the scheme %j has the one answer",
    async (scheme) => {
      const authorization = `${scheme} ${good.key}`;
      expect(await answerTo(call, undefined, { authorization })).toEqual(REFUSED);
    },
  );

  it("R47 two of one principal are valid at once, and one that is taken out is not any more", async () => {
    const [old, fresh] = [newApiKey(), newApiKey()];
    let keys: readonly ApiKey[] = [{ ...who, sha256: old.sha256 }];
    const rotated = gatewayWith({ apiKeys: () => keys });
    expect(await answerTo(rotated, fresh.key)).toEqual(REFUSED);
    keys = [...keys, { ...who, sha256: fresh.sha256 }];
    for (const { key } of [old, fresh])
      expect((await rotated(STATUS, { as: key })).status).toBe(200);
    keys = keys.slice(1);
    expect(await answerTo(rotated, old.key)).toEqual(REFUSED);
    expect((await rotated(STATUS, { as: fresh.key })).status).toBe(200);
  });

  it("R47 whatever is sent instead has the one answer", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme-ascii", maxLength: 80 }), async (text) => {
        const authorization = `Bearer ${text.trim()}`;
        expect(await answerTo(call, undefined, { authorization })).toEqual(REFUSED);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ["a tenant with a slash", { tenant: "a/b" }],
    ["a tenant that looks like another", { tenant: "аcme" }],
    ["no tenant", { tenant: "" }],
    ["a step as a tenant", { tenant: ".." }],
    ["the name of who has no tenant", { tenant: "default" }],
    ["an invisible character in its principal", { principal: "a\u200bda" }],
    ["a role that is none", { roles: ["root" as "admin"] }],
    ["no digest", { sha256: "secret" }],
    ["a time that is none", { expiresAt: "tomorrow" }],
  ])("R47 with %s is refused at the start, without its value", (_, wrong) => {
    const [[field, value] = []] = Object.entries(wrong);
    const apiKeys: readonly ApiKey[] = [{ ...who, sha256: good.sha256, ...wrong }];
    const said = messageOf(() =>
      createGateway({ ingressUrl: "", adminUrl: "", authentication: { apiKeys } }),
    );
    expect(said).toContain(`authentication.apiKeys.0.${field}`);
    expect(said.split(/[\s:]/)).not.toContain(String(value) || "-");
  });
});

function messageOf(work: () => unknown): string {
  try {
    work();
    return "nothing was wrong";
  } catch (error) {
    return error instanceof Error ? error.message : "no error";
  }
}

describe("R47 a token", () => {
  let issuer: Issuer;
  let call: Call;
  beforeEach(async () => {
    issuer = await startIssuer();
    call = gatewayWith({ issuers: [issuer.settings] });
  });
  afterEach(() => issuer.close());
  const seconds = (from: number) => Math.floor(Date.now() / 1000) + from;

  it("R47 of the issuer lets in its subject, in its tenant and roles", async () => {
    expect((await call(STATUS, { as: await issuer.token() })).status).toBe(200);
    const other = await issuer.token({ tenant: "globex", roles: "viewer approver" });
    expect((await call(STATUS, { as: other })).status).toBe(200);
    expect(runtime.asked.at(-1)?.path).toBe("/restate/call/desk/globex%2Ft/status");
    expect(issuer.fetches()).toBe(1);
  });

  it.each<readonly [string, (issuer: Issuer) => Promise<string> | string]>([
    ["by another key", (its) => its.forged()],
    ["by none", (its) => its.unsigned()],
    ["HS256 with the public key", (its) => its.confused()],
    ["by another algorithm", (its) => its.otherwise()],
    ["for another audience", (its) => its.token({ aud: "another" })],
    ["of another issuer", (its) => its.token({ iss: "https://example.com/" })],
    ["expired", (its) => its.token({ exp: seconds(-10) })],
    ["that never expires", (its) => its.token({ exp: undefined })],
    ["not valid yet", (its) => its.token({ nbf: seconds(60) })],
    ["of an unknown key", (its) => its.token({}, { kid: "k2" })],
    ["without a subject", (its) => its.token({ sub: undefined })],
    ["without a tenant", (its) => its.token({ tenant: undefined })],
    ["of a tenant with a slash", (its) => its.token({ tenant: "acme/case" })],
    ["of a tenant that looks alike", (its) => its.token({ tenant: "аcme" })],
    ["of two tenants", (its) => its.token({ tenant: ["acme", "globex"] })],
    ["of an invisible subject", (its) => its.token({ sub: "a\u200bda" })],
    ["with a changed claim", async (its) => changed(await its.token(), { tenant: "globex" })],
    ["cut", async (its) => (await its.token()).slice(0, -4)],
  ])("R47 %s has the one answer", async (_, tokenOf) => {
    expect(await answerTo(call, await tokenOf(issuer))).toEqual(REFUSED);
  });

  it("R47 by an algorithm that the settings name is let in", async () => {
    const { settings } = issuer;
    const wider = gatewayWith({ issuers: [{ ...settings, algorithms: ["ES256", "ES384"] }] });
    expect((await wider(STATUS, { as: await issuer.otherwise() })).status).toBe(200);
  });

  it("R47 with no role that is one of ours may do nothing", async () => {
    for (const roles of [[], ["root"], "Viewer", { viewer: true }, undefined]) {
      const answer = await call(STATUS, { as: await issuer.token({ roles }) });
      expect(answer).toMatchObject({ status: 403, body: { code: "forbidden" } });
    }
  });

  it("R47 whose issuer names things otherwise is read as the settings say", async () => {
    const settings: TokenIssuer = {
      ...issuer.settings,
      claims: {
        principal: "email",
        tenant: ({ org }) => (org as { id: string }).id,
        roles: "groups",
      },
      roles: { "desk-leads": "operator" },
      principalPrefix: "corp:",
    };
    const mapped = gatewayWith({ issuers: [settings] });
    const as = await issuer.token({
      email: "ada@example.com",
      org: { id: "globex" },
      groups: ["desk-leads", "operator", "constructor"],
    });
    const path = "/v1/agents/desk/tasks/t/pause";
    const answer = await mapped(path, { method: "POST", as, body: { reason: "lunch" } });
    expect(answer.status).toBe(200);
    expect(runtime.asked.at(-1)).toMatchObject({ path: "/restate/call/desk/globex%2Ft/pause" });
    expect(JSON.parse(runtime.asked.at(-1)?.body ?? "")).toMatchObject({
      by: "corp:ada@example.com",
    });
    const own = await issuer.token({ email: "a@b", org: { id: "globex" }, groups: ["operator"] });
    expect((await mapped(path, { method: "POST", as: own, body: { reason: "x" } })).status).toBe(
      403,
    );
  });

  it("R47 cannot be told while the issuer's keys are not to be had: 503, and in again after", async () => {
    issuer.fail(500);
    const as = await issuer.token();
    const answer = await call(STATUS, { as });
    expect(answer).toMatchObject({ status: 503, body: { code: "authentication_unavailable" } });
    issuer.fail(200);
    expect((await call(STATUS, { as })).status).toBe(200);
  });

  it.each<readonly [string, Partial<Record<keyof TokenIssuer, unknown>>]>([
    ["algorithms", { algorithms: ["HS256"] }],
    ["algorithms", { algorithms: [] }],
    ["jwksUrl", { jwksUrl: "http://example.com/jwks" }],
    ["clockToleranceSeconds", { clockToleranceSeconds: 3600 }],
    ["roles", { roles: { admins: "root" } }],
    ["audience", { audience: "" }],
  ])("R47 of an issuer with wrong %s is refused at the start: %j", (field, wrong) => {
    const issuers = [{ ...issuer.settings, ...wrong } as TokenIssuer];
    expect(() =>
      createGateway({ ingressUrl: "", adminUrl: "", authentication: { issuers } }),
    ).toThrow(`authentication.issuers.0.${field}`);
  });
});

/** A token with another claim under the same signature. */
function changed(token: string, claims: object): string {
  const [header, payload = "", signature] = token.split(".");
  const before = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
  const after = Buffer.from(JSON.stringify({ ...before, ...claims })).toString("base64url");
  return [header, after, signature].join(".");
}
