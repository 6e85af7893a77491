// Owns the gateway as a server: where it listens without authentication, whom it serves then, what it
// says of itself, and how it ends.
import { request as httpRequest } from "node:http";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { describeApi } from "../../gateway/describe-api.ts";
import { GATEWAY_STATUS } from "../../gateway/problem.ts";
import { ROUTES } from "../../gateway/routes.ts";
import { type Authentication, createGateway, newApiKey, type RunningGateway } from "../../index.ts";
import { createLogger } from "../../services/log.ts";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { PATIENCE } from "../agent/support/task.ts";
import { startStubRuntime } from "./support/stub-runtime.ts";

const runtime = await startStubRuntime();
afterAll(() => runtime.close());

const lines: string[] = [];
const options = {
  ingressUrl: runtime.url,
  adminUrl: runtime.url,
  logger: createLogger("info", { write: (line) => lines.push(line) }),
};
const opened: RunningGateway[] = [];
afterEach(async () => {
  for (const running of opened.splice(0)) await running.close();
  lines.length = 0;
});
async function serve(more: object = {}, host?: string): Promise<RunningGateway> {
  const gateway = createGateway({ ...options, ...more });
  const running = await gateway.serve({ port: 0, ...(host === undefined ? {} : { host }) });
  opened.push(running);
  return running;
}

/** `fetch` takes no Host of ours. */
function getAs(port: number, headers: Readonly<Record<string, string>>, path = "/health") {
  return new Promise<number | undefined>((resolved, reject) => {
    const sent = httpRequest({ host: "127.0.0.1", port, path, headers }, (answer) => {
      answer.resume();
      resolved(answer.statusCode);
    });
    sent.once("error", reject).end();
  });
}

describe("R47 a gateway without authentication", () => {
  it.each(["0.0.0.0", "::", "192.0.2.1", "example.com"])("does not listen on %s", async (host) => {
    await expect(serve({}, host)).rejects.toThrow(`host ${host} is not a loopback address`);
    expect(lines).toEqual([]);
  });

  it("listens on loopback, and says that nobody is authenticated", async () => {
    const { host, port } = await serve();
    expect(host).toBe("127.0.0.1");
    expect(lines.join("")).toContain("no authentication is configured");
    expect((await fetch(`http://127.0.0.1:${port}/v1/agents/desk/tasks/t/status`)).status).toBe(
      200,
    );
    expect(runtime.asked.at(-1)?.path).toBe("/restate/call/desk/t/status");
  });

  it.each([
    [{ host: "evil.example" }, 421],
    [{ host: "127.0.0.1.evil.example" }, 421],
    [{ host: "localhost" }, 200],
    [{ host: "127.0.0.1", origin: "https://evil.example" }, 421],
    [{ host: "127.0.0.1", origin: "null" }, 421],
    [{ host: "127.0.0.1", origin: "http://localhost:3000" }, 200],
  ])("is not reached by a page in this machine's browser: %j is %i", async (headers, status) => {
    const { port } = await serve();
    expect(await getAs(port, headers)).toBe(status);
  });
});

describe("a gateway with authentication", () => {
  it("listens on any address, says nothing of it, and lets nobody in who is not configured", async () => {
    const { port } = await serve({ authentication: {} }, "0.0.0.0");
    expect(lines).toEqual([]);
    const answer = await fetch(`http://127.0.0.1:${port}/v1/tasks`);
    expect(answer.status).toBe(401);
    expect(await getAs(port, { host: "desk.example" })).toBe(200);
  });
});

describe("a gateway", () => {
  it("takes a principal only where nobody is authenticated", () => {
    const principal = "lea";
    expect(() => createGateway({ ...options, authentication: {}, principal })).toThrow(
      "principal goes without authentication only",
    );
    expect(() => createGateway({ ...options, principal: " " })).toThrow(/^principal: must not/);
  });

  it("says which port is taken", async () => {
    const { port } = await serve();
    await expect(createGateway(options).serve({ port })).rejects.toThrow(
      `port ${port} on 127.0.0.1`,
    );
  });

  it("ends what is under way when it closes, and takes nothing new", async () => {
    const running = await serve();
    const at = `http://127.0.0.1:${running.port}`;
    const release = runtime.hold();
    const before = runtime.asked.length;
    const asked = fetch(`${at}/v1/agents/desk/tasks/t/status`);
    await vi.waitFor(() => expect(runtime.asked.length).toBeGreaterThan(before), PATIENCE);
    const closed = running.close();
    await expect(fetch(`${at}/health`)).rejects.toThrow("fetch failed");
    release();
    expect((await asked).status).toBe(200);
    await closed;
  });

  it("looks at the runtime once a second at most, however many ask whether it is ready", async () => {
    const { port } = await serve();
    const before = runtime.asked.length;
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => fetch(`http://127.0.0.1:${port}/ready`)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(runtime.asked.length - before).toBeLessThan(5);
  });

  it("describes every route, with its body but for what the gateway puts in", async () => {
    const { port } = await serve();
    const answer = await fetch(`http://127.0.0.1:${port}/v1/openapi.json`);
    const api = (await answer.json()) as {
      openapi: string;
      paths: Record<string, Record<string, Operation>>;
    };
    expect(api).toEqual(JSON.parse(JSON.stringify(describeApi(ROUTES))));
    for (const [, ref = ""] of JSON.stringify(api).matchAll(/"\$ref":"#([^"]+)"/g)) {
      const steps = ref.split("/").slice(1);
      expect(
        steps.reduce<unknown>((at, step) => (at as Json)?.[step], api),
        ref,
      ).toBeDefined();
    }
    const described = Object.values(api.paths).flatMap((path) => Object.values(path));
    expect(described.map(({ operationId }) => operationId).toSorted()).toEqual(
      ROUTES.map(({ name }) => name).toSorted(),
    );
    expect(api.paths["/v1/agents/{agent}/tasks/{taskId}/start"]).toMatchObject({
      post: {
        security: [{ bearer: [] }],
        parameters: [{ name: "agent" }, { name: "taskId" }],
        requestBody: {
          content: {
            "application/json": {
              schema: { required: ["message"], additionalProperties: false },
            },
          },
        },
      },
    });
    const start = api.paths["/v1/agents/{agent}/tasks/{taskId}/start"]?.["post"];
    const properties = start?.requestBody?.content["application/json"]?.schema.properties ?? {};
    expect(Object.keys(properties).toSorted()).toEqual(["escalation", "grants", "message"]);
  });

  it("docs/gateway.md lists its own codes with their status", async () => {
    const page = await readFile(resolve(import.meta.dirname, "../../docs/gateway.md"), "utf8");
    const rows = [...page.matchAll(/^\| `(\w+)` \| (\d{3}) \|/gm)];
    const listed = rows.map(([, code, status]) => [code, Number(status)]);
    expect(listed).toEqual(Object.entries(GATEWAY_STATUS));
  });
});

type Json = Readonly<Record<string, unknown>>;

interface Operation {
  readonly operationId: string;
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: { readonly properties?: Json } }>>;
  };
}

describe("how much one caller may ask", () => {
  const one = newApiKey();
  const other = newApiKey();
  const house = newApiKey();
  const authentication: Authentication = {
    apiKeys: [
      { sha256: one.sha256, tenant: "acme", principal: "ann", roles: ["user"] },
      { sha256: other.sha256, tenant: "globex", principal: "ann", roles: ["user"] },
      { sha256: house.sha256, principal: "prometheus", roles: ["metrics"] },
    ],
  };
  const statusAs = async (port: number, key: string, path = "/v1/agents/desk/tasks/t/status") => {
    const headers = { authorization: `Bearer ${key}` };
    return fetch(`http://127.0.0.1:${port}${path}`, { headers });
  };

  it("is bounded in a minute, for each by itself, and the answer says when again", async () => {
    const { port } = await serve({ authentication, rateLimit: { perMinute: 3 } });
    const statuses = [];
    for (const _ of [1, 2, 3]) statuses.push((await statusAs(port, one.key)).status);
    expect(statuses).toEqual([200, 200, 200]);
    const refused = await statusAs(port, one.key);
    expect(refused.status).toBe(429);
    const seconds = Number(refused.headers.get("retry-after"));
    expect(seconds).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: "rate_limited" });
    expect((await statusAs(port, other.key)).status).toBe(200);
    // Whoever is nobody is asked nothing, and counts nothing.
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    const text = await (await statusAs(port, house.key, "/metrics")).text();
    expect(text).toMatch(
      /^holdfast_gateway_requests_total\{route="task.status",status="429"\} 1$/m,
    );
    expect(text).toContain("process_cpu_seconds_total");
    expect(text).not.toMatch(/acme|ann|globex/);
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses the limit %d", (perMinute) => {
    expect(() => createGateway({ ...options, rateLimit: { perMinute } })).toThrow(
      "rateLimit.perMinute is",
    );
  });

  it("R47 a key of all tenants is a program's and no person's", () => {
    const apiKeys = [
      { sha256: one.sha256, principal: "ann", roles: ["metrics" as const, "user" as const] },
    ];
    expect(() => createGateway({ ...options, authentication: { apiKeys } })).toThrow(
      "authentication.apiKeys.0.tenant: is missing; only keys of worker and metrics go without",
    );
  });
});
