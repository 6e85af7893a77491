// Owns what of a request reaches the runtime, and what of the runtime's answer reaches the caller: who
// acts is never taken from a body, ids that could be something else are refused, errors keep their code.
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { ERROR_STATUS } from "../../contract/errors.ts";
import { MAX_SCOPED_ID_BYTES } from "../../contract/tenant.ts";
import { ROUTES } from "../../gateway/routes.ts";
import { createGateway, newApiKey } from "../../index.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";
import { createLogger } from "../../services/log.ts";
import { callRoute, clientOf, exampleOf, NOBODYS, pathOf } from "./support/client.ts";
import { startStubRuntime } from "./support/stub-runtime.ts";
import { ROLES } from "../../gateway/roles.ts";

const runtime = await startStubRuntime();
afterAll(() => runtime.close());
beforeEach(() => {
  runtime.asked.length = 0;
});

const { key: as, sha256 } = newApiKey();
const lines: string[] = [];
const gateway = createGateway({
  ingressUrl: runtime.url,
  adminUrl: runtime.url,
  artifacts: createMemoryArtifactStore(),
  logger: createLogger("trace", { write: (line) => lines.push(line) }),
  authentication: { apiKeys: [{ sha256, tenant: "acme", principal: "ann", roles: [...ROLES] }] },
});
const call = clientOf((path, init) => gateway.fetch(new Request(`http://gateway${path}`, init)));
const ids = { ...NOBODYS, tenant: "acme" };
const TASK = "/v1/agents/desk/tasks/t";
const post = (path: string, body: unknown, headers = {}) =>
  call(path, { method: "POST", as, body, headers });

/** Fields by which a caller would speak for another. */
const ACTORS = ["by", "from", "owner", "tenant", "principal", "actor", "requester", "roles"];
const withJson = ROUTES.filter(({ body }) => body !== undefined && body !== "raw");

describe("R47 who acts", () => {
  it.each(withJson)("R47 is never taken from the body of $name", async ({ name, method, path }) => {
    const example = exampleOf(name, ids).body as object;
    for (const field of ACTORS) {
      // What a transfer is about.
      if (name === "task.transfer" && field === "owner") continue;
      const sent = { method, as, body: { ...example, [field]: "eve" } };
      const answer = await call(pathOf({ ...routeOf(name), path }, ids), sent);
      expect(answer, field).toMatchObject({ status: 400, body: { code: "invalid_input" } });
    }
    expect(runtime.asked).toEqual([]);
  });

  // One is of nobody's doing, one only looks, and one is a worker's.
  const acting = withJson.filter(
    ({ name }) => !["event.publish", "approval.compare", "live.tell"].includes(name),
  );
  it.each(acting)("R47 is put into the body of $name", async ({ name }) => {
    await callRoute(call, name, ids, as);
    const last = JSON.parse(runtime.asked.at(-1)?.body ?? "{}") as Record<string, unknown>;
    expect([last["by"], last["from"], last["owner"]]).toContain("ann");
  });

  it("R47 starts and asks for the caller's tenant, also where a schedule does", async () => {
    const bodyAfter = async (name: string) => {
      await callRoute(call, name, ids, as);
      return JSON.parse(runtime.asked.at(-1)?.body ?? "{}") as Record<string, unknown>;
    };
    expect(await bodyAfter("event.publish")).toMatchObject({ tenant: "acme" });
    expect(await bodyAfter("task.start")).toMatchObject({ tenant: "acme", owner: "ann" });
    expect(await bodyAfter("task.ask")).toMatchObject({ tenant: "acme", from: "ann" });
    const target = { tenant: "acme", owner: "ann", taskId: "acme/of-nobody/{time}" };
    expect(await bodyAfter("schedule.set")).toMatchObject({ target, by: "ann" });
  });

  it.each([
    [{ kind: "start", agent: "desk", message: "m", owner: "eve" }, "target.owner"],
    [{ kind: "start", agent: "desk", message: "m", tenant: "globex" }, "target.tenant"],
    [{ kind: "message", agent: "desk", message: "m", taskId: ".." }, "taskId"],
    [{ kind: "message", agent: "holdfast", message: "m", taskId: "t" }, "target"],
  ])("R47 nor is whose task a schedule reaches: %j", async (target, place) => {
    const sent = { method: "PUT", as, body: { times: { everyMs: 1_000 }, target, reason: "r" } };
    const answer = await call("/v1/schedules/s", sent);
    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining(place) } });
    expect(runtime.asked).toEqual([]);
  });

  it("R47 a schedule's message goes to a task of the tenant only", async () => {
    const target = { kind: "message", agent: "desk", message: "m", taskId: "globex/t" };
    const body = { times: { everyMs: 1_000 }, target, reason: "r" };
    await call("/v1/schedules/s", { method: "PUT", as, body });
    expect(runtime.asked.at(-1)?.path).toBe("/restate/call/holdfast.schedule/acme%2Fs/set");
    const sent = JSON.parse(runtime.asked.at(-1)?.body ?? "") as { target: object };
    expect(sent.target).toMatchObject({ taskId: "acme/globex/t" });
  });
});

function routeOf(name: string) {
  const found = ROUTES.find((each) => each.name === name);
  if (found === undefined) throw new Error(name);
  return found;
}

describe("R47 an id", () => {
  it.each([
    ["../globex/t", "acme/../globex/t"],
    ["../../holdfast.control/kill", "acme/../../holdfast.control/kill"],
    ["globex/t", "acme/globex/t"],
    ["%2e%2e%2fglobex", "acme/%2e%2e%2fglobex"],
    ["аcme", "acme/аcme"],
    ["t?x=1#y", "acme/t?x=1#y"],
    ["a'; SELECT 1 --", "acme/a'; SELECT 1 --"],
  ])("R47 %j is a task of the tenant and nothing else", async (id, key) => {
    const path = `/v1/agents/desk/tasks/${encodeURIComponent(id)}/status`;
    expect((await call(path, { as })).status).toBe(200);
    expect(runtime.asked.at(-1)?.path).toBe(`/restate/call/desk/${encodeURIComponent(key)}/status`);
  });

  it.each([
    ["with NUL", "a\u0000b"],
    ["with a line break", "a\nb"],
    ["with a C1 control", "a\u0085b"],
    ["of 10 kB", "a".repeat(10_240)],
    ["one byte too long", "a".repeat(MAX_SCOPED_ID_BYTES + 1)],
  ])("R47 %s is refused and not quoted", async (_, id) => {
    const answer = await call(`/v1/agents/desk/tasks/${encodeURIComponent(id)}/status`, { as });
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_task_id" } });
    expect(answer.text.length).toBeLessThan(300);
    expect(runtime.asked).toEqual([]);
  });

  it.each(["holdfast.control", "tools.pay", "holdfast", "..", "desk/t", "dеsk", "a".repeat(65)])(
    "R47 %j is no agent",
    async (agent) => {
      const path = `/v1/agents/${encodeURIComponent(agent)}/tasks/t/status`;
      expect((await call(path, { as })).status).toBeGreaterThanOrEqual(400);
      expect(runtime.asked).toEqual([]);
    },
  );

  it.each(["0".repeat(63), "A".repeat(64), "acme/x", "../x"])(
    "R47 %j is no approval",
    async (id) => {
      const path = `/v1/approvals/${encodeURIComponent(id)}`;
      expect(await call(path, { as })).toMatchObject({ status: 400 });
      expect(runtime.asked).toEqual([]);
    },
  );
});

describe("a body", () => {
  it.each([
    ["not JSON", '{"message": '],
    ["a key twice", '{"message": "a", "message": "b"}'],
    ["-0", '{"message": "a", "timeoutMs": -0}'],
    ["a list", "[]"],
    ["nothing", ""],
  ])("that is %s is refused", async (_, body) => {
    const answer = await post(`${TASK}/ask`, body, { "content-type": "application/json" });
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_input" } });
    expect(runtime.asked).toEqual([]);
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "application/json-seq"])(
    "of the type %s, which a page of another site may send, is refused",
    async (type) => {
      const answer = await post(`${TASK}/start`, '{"message": "a"}', { "content-type": type });
      expect(answer).toMatchObject({ status: 415, body: { code: "unsupported_media_type" } });
    },
  );

  it("above the route's bound is refused before it is read to its end", async () => {
    const chunk = "a".repeat(64 * 1024);
    let pulled = 0;
    const endless = new ReadableStream({
      pull: (controller) => {
        pulled += 1;
        controller.enqueue(new TextEncoder().encode(chunk));
      },
    });
    const request = new Request(`http://gateway${TASK}/start`, {
      method: "POST",
      body: endless,
      duplex: "half",
      headers: { authorization: `Bearer ${as}`, "content-type": "application/json" },
    });
    const answer = await gateway.fetch(request);
    expect(answer.status).toBe(413);
    expect(pulled).toBeLessThan(40);
  });

  it("names its message by messageId or by Idempotency-Key, and not by two", async () => {
    const key = { "idempotency-key": "m-1" };
    await post(`${TASK}/send`, { message: "a" }, key);
    expect(JSON.parse(runtime.asked.at(-1)?.body ?? "")).toMatchObject({ messageId: "m-1" });
    expect((await post(`${TASK}/send`, { message: "a", messageId: "m-1" }, key)).status).toBe(200);
    const differ = await post(`${TASK}/ask`, { message: "a", messageId: "m-2" }, key);
    expect(differ).toMatchObject({ status: 400, body: { code: "invalid_input" } });
  });

  it("an unknown parameter, or one twice, is refused", async () => {
    for (const query of [
      "cursor=nonsense",
      "cursor=e30",
      "status=sleeping",
      "limit=0",
      "limit=1&limit=2",
      "x=1",
    ]) {
      const answer = await call(`/v1/tasks?${query}`, { as });
      expect(answer, query).toMatchObject({ status: 400, body: { title: "Bad Request" } });
      expect(answer.text).not.toContain("nonsense");
    }
    expect(runtime.asked).toEqual([]);
  });
});

describe("an error of the runtime", () => {
  it.each(Object.entries(ERROR_STATUS))(
    "%s keeps its code and its status %i",
    async (code, status) => {
      const message = "why not";
      runtime.answer(status, { code: status, message, metadata: { code, by: "bob" } });
      const answer = await post(`${TASK}/pause`, { reason: "r" });
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      const { title: _, ...told } = answer.body;
      const known = { type: "about:blank", status, code };
      expect(told).toEqual(
        status === 404
          ? { ...known, detail: "there is nothing here that you may see" }
          : { ...known, detail: message, details: { by: "bob" } },
      );
      expect(answer.status).toBe(status);
    },
  );

  it.each([
    [500, 502, "runtime_failed"],
    [404, 404, "agent_not_found"],
    [409, 502, "runtime_failed"],
  ])("without a code of ours, %i, is told in no detail", async (status, told, code) => {
    runtime.answer(status, { code: status, message: "a secret in a stack" });
    const answer = await post(`${TASK}/pause`, { reason: "r" });
    expect(answer).toMatchObject({ status: told, body: { code } });
    expect(answer.text).not.toContain("secret");
    expect(lines.join("")).not.toContain("secret");
  });

  it("that cannot be reached is 503, and so is what reads lists", async () => {
    const nowhere = createGateway({
      ingressUrl: "http://127.0.0.1:9",
      adminUrl: "http://127.0.0.1:9",
      logger: createLogger("silent"),
    });
    for (const path of ["/v1/tasks", `${TASK}/status`, "/ready"]) {
      const answer = await nowhere.fetch(new Request(`http://localhost${path}`));
      expect([path, answer.status]).toEqual([path, 503]);
      expect(answer.headers.get("retry-after")).toBe("1");
    }
    expect((await nowhere.fetch(new Request("http://localhost/health"))).status).toBe(200);
  });
});
