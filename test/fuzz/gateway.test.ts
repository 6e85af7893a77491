// Owns that no request crashes the gateway or is quoted in its answer: paths, queries, cursors, headers,
// bodies, credentials, and rows that the server's SQL should never have.
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ROLES } from "../../gateway/roles.ts";
import { ROUTES } from "../../gateway/routes.ts";
import { createGateway, newApiKey } from "../../index.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";
import { createLogger } from "../../services/log.ts";
import { type Answer, type Call, clientOf, NOBODYS, pathOf } from "../gateway/support/client.ts";
import { type Issuer, startIssuer } from "../gateway/support/issuer.ts";
import { startStubRuntime } from "../gateway/support/stub-runtime.ts";
import { SEED } from "../support/seed.ts";
import { firstFailureOf } from "./support/first-failure.ts";
import { bytesOf, CANARY, hostileJson, hostileText } from "./support/hostile-json.ts";

const runtime = await startStubRuntime();
const { key: as, sha256 } = newApiKey();
const lines: string[] = [];
let issuer: Issuer;
let call: Call;
let send: (path: string, init: RequestInit) => Promise<Response>;

beforeAll(async () => {
  issuer = await startIssuer();
  const gateway = createGateway({
    ingressUrl: runtime.url,
    adminUrl: runtime.url,
    artifacts: createMemoryArtifactStore(),
    logger: createLogger("trace", { write: (line) => lines.push(line) }),
    authentication: {
      apiKeys: [{ sha256, tenant: "acme", principal: "ann", roles: [...ROLES] }],
      issuers: [issuer.settings],
    },
  });
  send = (path, init) => gateway.fetch(new Request(`http://gateway${path}`, init));
  call = clientOf(send);
});
afterAll(async () => {
  await issuer.close();
  await runtime.close();
});
beforeEach(() => {
  runtime.asked.length = 0;
});

/** What is wrong with an answer; undefined when it is one of ours. */
function failureOf({ status, text, headers, body }: Answer): string | undefined {
  if (status < 400) return undefined;
  if (status >= 500) return `it failed: ${status} ${text}`;
  if (headers.get("content-type")?.startsWith("application/problem+json") !== true)
    return `no problem: ${status} ${text}`;
  if (!/^[a-z_]+$/.test(String(body["code"]))) return `no code: ${text}`;
  return text.includes(CANARY) ? `it quotes: ${text}` : undefined;
}

const someRoute = fc.constantFrom(...ROUTES.map(({ name }) => name));
const routeOf = (name: string) => ROUTES.find((route) => route.name === name) ?? ROUTES[0];

/** A route's example, but for what is given. */
async function callWith(
  name: string,
  sent: { readonly headers: Readonly<Record<string, string>>; readonly body: string | Uint8Array },
): Promise<Answer> {
  const route = routeOf(name);
  const method = route?.method ?? "GET";
  const path = route === undefined ? "/" : pathOf(route, { ...NOBODYS, tenant: "acme" });
  const headers = { ...sent.headers, authorization: `Bearer ${as}` };
  const body = typeof sent.body === "string" ? sent.body : Uint8Array.from(sent.body);
  const init = method === "GET" ? { method, headers } : { method, headers, body };
  return answerOf(await send(path, init));
}

describe(`R47 R44 any request, seed ${SEED}`, () => {
  it("R44 is answered, whatever its body", async () => {
    const headers = { "content-type": "application/json" };
    const failure = await firstFailureOf(
      fc.tuple(someRoute, bytesOf(hostileJson)),
      async ([name, bytes]) => failureOf(await callWith(name, { headers, body: bytes })),
      200,
    );
    expect(failure).toBeUndefined();
  });

  it("R44 is answered, whatever its path, its query and its cursor", async () => {
    const cursor = fc.oneof(
      hostileText,
      hostileJson.map(encoded),
      fc.record({ at: hostileJson, service: hostileJson, key: hostileText }).map(encoded),
      fc.record({ at: fc.integer(), service: hostileText, key: hostileText }).map(encoded),
    );
    const names = ["limit", "cursor", "status", "agent", "owner", "createdAfter", "after", CANARY];
    const param = fc.tuple(fc.constantFrom(...names), fc.oneof(cursor, hostileText));
    const failure = await firstFailureOf(
      fc.tuple(someRoute, fc.array(param, { maxLength: 2 }), hostileText),
      async ([name, asked, id]) => {
        const { path = "", method = "GET" } = routeOf(name) ?? {};
        const parts = path.replaceAll(/:\w+/g, encodeURIComponent(id.toWellFormed()));
        const params = asked.map(([key, value]): [string, string] => [key, value.toWellFormed()]);
        const query = new URLSearchParams(params).toString();
        return failureOf(await call(`${parts}?${query}`, { method, as }));
      },
      250,
    );
    expect(failure).toBeUndefined();
  });

  it("R47 is no part of a query, whatever filter or cursor it has", async () => {
    const list = fc.constantFrom("/v1/tasks", "/v1/approvals", "/v1/schedules");
    const param = fc.oneof(
      hostileText.map((owner): [string, string] => ["owner", owner.toWellFormed()]),
      fc
        .record({ at: fc.integer(), service: hostileText, key: hostileText })
        .map((cursor): [string, string] => ["cursor", encoded(cursor)]),
    );
    const failure = await firstFailureOf(
      fc.tuple(list, param),
      async ([path, given]) => {
        const query = new URLSearchParams([given]).toString();
        return failureOf(await call(`${path}?${query}`, { as }));
      },
      200,
    );
    expect(failure).toBeUndefined();
    // What a caller writes is text in a query, and never a part of it.
    const queries = runtime.asked.filter(({ path }) => path === "/query").map(({ body }) => body);
    expect(queries.some((each) => each.includes("DROP TABLE"))).toBe(true);
    const outside = queries.map((each) => each.replaceAll(/'(?:[^']|'')*'/g, "''"));
    expect(outside.filter((each) => each.includes("DROP TABLE"))).toEqual([]);
  });

  it("R44 is answered, whatever else its headers say", async () => {
    const value = hostileText.map((text) => text.replaceAll(/[^\x20-\x7e]/g, "").trim());
    const headers = fc.record(
      {
        "idempotency-key": value,
        "content-type": fc.oneof(value, fc.constant('application/json; charset="utf-8')),
        "webhook-id": value,
        "webhook-timestamp": value,
        "webhook-signature": value,
        origin: value,
        "x-forwarded-for": value,
      },
      { requiredKeys: [] },
    );
    const failure = await firstFailureOf(
      fc.tuple(someRoute, headers),
      async ([name, given]) => failureOf(await callWith(name, { headers: given, body: "{}" })),
      200,
    );
    expect(failure).toBeUndefined();
  });

  it("R47 has the one answer, whatever it comes with as a credential", async () => {
    const { status, text: refusal } = await call("/v1/tasks", {});
    expect(status).toBe(401);
    const failure = await firstFailureOf(
      await credentials(),
      async (given) => {
        const answer = await call("/v1/tasks", { as: given });
        const isRefused = answer.status === 401 && answer.text === refusal;
        return isRefused ? undefined : `${answer.status} ${answer.text}`;
      },
      300,
    );
    expect(failure).toBeUndefined();
    expect(runtime.asked).toEqual([]);
  });

  it("R44 fails, and shows nothing, where the server has rows that nobody has written", async () => {
    const head = fc.oneof(
      hostileJson.map((value) => JSON.stringify(value)),
      hostileText,
    );
    const row = fc.record({
      service_name: hostileJson,
      service_key: hostileJson,
      value_utf8: head,
    });
    const failure = await firstFailureOf(
      fc.tuple(
        fc.constantFrom("/v1/tasks", "/v1/approvals"),
        fc.array(row, { minLength: 1, maxLength: 3 }),
      ),
      async ([path, rows]) => {
        runtime.answer(200, { rows });
        const { status, text, body } = await call(path, { as });
        if (status === 200) return undefined;
        const isOurs = status === 500 && body["code"] === "internal" && !text.includes(CANARY);
        return isOurs ? undefined : `${status} ${text}`;
      },
      150,
    );
    runtime.answer(200, {});
    expect(failure).toBeUndefined();
  });

  it("R44 R47 leaves no credential in the log", () => {
    expect(lines.filter((line) => line.includes(as))).toEqual([]);
  });
});

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** Tokens that nobody has signed, or not as they are; keys that are none. */
async function credentials(): Promise<fc.Arbitrary<string>> {
  const token = await issuer.token();
  const [header = "", payload = "", signature = ""] = token.split(".");
  const claims = fc.record(
    {
      iss: fc.oneof(fc.constant(issuer.settings.issuer), hostileJson),
      aud: fc.oneof(fc.constant("holdfast"), hostileJson),
      exp: fc.oneof(fc.constant(4e9), hostileJson),
      sub: hostileJson,
      tenant: hostileJson,
      roles: hostileJson,
    },
    { requiredKeys: [] },
  );
  const heads = fc.record(
    {
      alg: fc.oneof(fc.constantFrom("ES256", "none", "HS256", "ES512"), hostileJson),
      kid: fc.oneof(fc.constant("k1"), hostileJson),
      crit: hostileJson,
      jwk: hostileJson,
    },
    { requiredKeys: [] },
  );
  const any = fc.oneof(
    fc.tuple(heads, claims).map(([head, body]) => `${encoded(head)}.${encoded(body)}.${signature}`),
    claims.map((body) => `${header}.${encoded(body)}.${signature}`),
    heads.map((head) => `${encoded(head)}.${payload}.${signature}`),
    fc.constantFrom(
      `${token}.`,
      `.${token}`,
      token.slice(0, -2),
      `${header}..${signature}`,
      as.slice(1),
    ),
    hostileText.map((text) => text.replaceAll(/[^\x21-\x7e]/g, "")),
  );
  // The good one, written anew.
  return any.filter((given) => given !== token);
}

async function answerOf(response: Response): Promise<Answer> {
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  // A stream has no end.
  if (isStream) await response.body?.cancel();
  const text = isStream ? "" : await response.text();
  let body: Answer["body"] = {};
  try {
    body = JSON.parse(text) as Answer["body"];
  } catch {
    // Not JSON: the bytes of an artifact.
  }
  return { status: response.status, text, headers: response.headers, body };
}
