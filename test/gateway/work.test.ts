// Owns that people can do their work through the gateway, on the real server: start and talk, decide,
// answer, control, schedule, list, and take webhooks; and that the log has who did it.
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { ApprovalView } from "../../contract/approval-api.ts";
import type { EventsPage, StatusView } from "../../contract/api.ts";
import type { ApprovalList, TaskList } from "../../index.ts";
import { PATIENCE } from "../agent/support/task.ts";
import type { Answer } from "./support/client.ts";
import { type GatewayScene, openGatewayScene, type Person } from "./support/gateway-scene.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

describe("through the gateway", () => {
  let scene: GatewayScene;
  beforeAll(async () => {
    scene = await openGatewayScene({
      credentials: { resolve: async () => ({ outcome: "ok", value: SECRET, source: "the test" }) },
      webhooks: {
        sources: {
          shop: { secrets: ["shop"], tenant: "acme", topic: "paid", key: () => "1017" },
        },
      },
    });
  });
  afterAll(() => scene.stop());

  const as = (person: Person = "ann") => scene.keyOf("acme", person);
  const get = (path: string) => scene.call(path, { as: as() });
  const post = (path: string, body: object, person: Person = "ann", headers = {}) =>
    scene.call(path, { method: "POST", as: as(person), body, headers });
  const task = (id: string) => `/v1/agents/desk/tasks/${encodeURIComponent(id)}`;
  const start = async (id: string, message: string, path = task(id)) => {
    const answer = await post(`${path}/start`, { message });
    expect(answer, answer.text).toMatchObject({ status: 200, body: { taskId: id, created: true } });
  };
  const logOf = async (path: string) => {
    const { body } = await get(`${path}/events?limit=500`);
    return (body as unknown as EventsPage).events;
  };
  const until = (path: string, status: string): Promise<Answer> =>
    vi.waitFor(async () => {
      const answer = await get(`${path}/status`);
      expect(answer.body, answer.text).toMatchObject({ status });
      return answer;
    }, PATIENCE);

  it("R73 metrics say how many tasks stand how, and of a tenant nothing else", async () => {
    await start("counted", "hello");
    await until(task("counted"), "idle");
    const { status, text, headers } = await get("/metrics");
    expect(status, text).toBe(200);
    expect(headers.get("content-type")).toBe("text/plain; version=0.0.4");
    expect(text).toMatch(/^holdfast_tasks\{agent="desk",status="idle"\} [1-9]/m);
    expect(text).toMatch(/^holdfast_tasks\{agent="desk",status="killed"\} 0$/m);
    expect(text).not.toContain("process_cpu");
    const other = await scene.call("/metrics", { as: scene.keyOf("globex") });
    expect(other.status).toBe(200);
    expect(other.text).not.toContain("desk");
  });

  it("a question is asked and answered, and a task that `ask` has made is the tenant's too", async () => {
    const answer = await post(`${task("asked")}/ask`, { message: "hello" });
    expect(answer, answer.text).toMatchObject({
      status: 200,
      body: { taskId: "asked", status: "idle", turn: { answer: "done" } },
    });
    expect((await get(`${task("asked")}/status`)).body).toMatchObject({
      tenant: "acme",
      owner: "acme-ann",
    });
    const key = { "idempotency-key": "m-1" };
    const send = () => post(`${task("asked")}/send`, { message: "a question" }, "ann", key);
    expect((await send()).body).toMatchObject({ result: "accepted", messageId: "m-1" });
    const { operation } = await scene.waiting("acme", "asked");
    expect((await send()).body).toMatchObject({ result: "duplicate" });
    const { operationId } = operation;
    const answered = await post(`${task("asked")}/answer`, { operationId, answer: "red" }, "bob");
    expect(answered.body).toMatchObject({ receipt: { by: "acme-bob" } });
    await until(task("asked"), "idle");
  });

  it("R69 a call is decided on by another than its owner, once", async () => {
    await start("case", "a refund, please");
    const { operation } = await scene.waiting("acme", "case");
    const { approvalId = "", digest = "" } = operation.proposal ?? {};
    const listed = (await get("/v1/approvals")).body as unknown as ApprovalList;
    expect(listed.approvals).toContainEqual(
      expect.objectContaining({ approvalId, kind: "call", tool: "refund", taskId: "case" }),
    );
    const at = `/v1/approvals/${approvalId}`;
    const view = (await get(at)).body as unknown as ApprovalView;
    expect(view).toMatchObject({ tenant: "acme", requester: { taskId: "case", by: "acme-ann" } });
    expect((await post(`${at}/compare`, {}, "bob")).body).toMatchObject({ changes: [] });
    expect(await post(`${at}/approve`, { digest })).toMatchObject({
      status: 403,
      body: { code: "approval_forbidden" },
    });
    const asked = await post(`${at}/ask`, { digest, question: "Who is it?" }, "bob");
    expect(asked.body).toMatchObject({ result: "asked" });
    const rejected = await post(`${at}/reject`, { digest, message: "no" }, "bob");
    expect(rejected.body).toMatchObject({ state: "rejected", receipt: { by: "acme-bob" } });
    expect(await post(`${at}/approve`, { digest }, "bob")).toMatchObject({
      status: 412,
      body: { code: "approval_decided", details: { by: "acme-bob" } },
    });
    await until(task("case"), "idle");
  });

  it("R69 a task is controlled, and its log has who did it and why", async () => {
    await start("held", "an event, please");
    await scene.waiting("acme", "held");
    expect((await post(`${task("held")}/pause`, { reason: "lunch" }, "bob")).status).toBe(200);
    expect((await get(`${task("held")}/explain`)).body).toMatchObject({
      taskId: "held",
      blockers: [{ kind: "hold" }, { kind: "event" }],
    });
    expect((await post(`${task("held")}/pause`, {})).status).toBe(400);
    expect((await post(`${task("held")}/complete`, { reason: "x" })).body).toMatchObject({
      code: "verb_not_allowed",
      status: 412,
    });
    await post(`${task("held")}/resume`, { reason: "back" }, "bob");
    expect((await post(`${task("held")}/kill`, { reason: "enough" })).body).toMatchObject({
      status: "killed",
    });
    const said = (await logOf(task("held"))).flatMap(({ actor, reason }) =>
      reason === undefined ? [] : [`${actor.kind} ${actor.id}: ${reason}`],
    );
    expect(said).toEqual(
      expect.arrayContaining([
        "operator acme-bob: lunch",
        "operator acme-bob: back",
        "operator acme-ann: enough",
      ]),
    );
  });

  it("R47 a child belongs to its parent's tenant, and to no other", async () => {
    const path = "/v1/agents/boss/tasks/family";
    await start("family", "delegate it", path);
    const view = await vi.waitFor(async () => {
      const { body } = await get(`${path}/status`);
      const { children = [] } = body as unknown as StatusView;
      expect(children).toHaveLength(1);
      return children[0];
    }, PATIENCE);
    const childId = view?.taskId ?? "";
    expect(childId).toMatch(/^child-/);
    const { operation } = await scene.waiting("acme", childId);
    expect(operation.proposal).toBeDefined();
    const child = await get(`${task(childId)}/status`);
    expect(child.body).toMatchObject({ tenant: "acme", parent: { taskId: "family" } });
    const foreign = await scene.call(`${task(childId)}/status`, { as: scene.keyOf("globex") });
    expect(foreign.status).toBe(404);
    await post(`${path}/cancel`, { reason: "the end" });
    await until(path, "cancelled");
  });

  it("R47 a schedule starts tasks of its tenant", async () => {
    const times = { everyMs: 86_400_000, startAt: "2999-01-01T00:00:00Z" };
    const target = { kind: "start", agent: "desk", message: "hello" };
    const body = { times, target, reason: "daily" };
    const set = await scene.call("/v1/schedules/nightly", { method: "PUT", as: as(), body });
    expect(set.body).toMatchObject({ result: "created" });
    const ran = await post("/v1/schedules/nightly/runNow", { reason: "a try" });
    const taskId = String(ran.body["taskId"]);
    expect(taskId).toMatch(/^nightly\/2/);
    expect((await until(task(taskId), "idle")).body).toMatchObject({
      taskId,
      tenant: "acme",
      owner: "acme-ann",
    });
    expect((await get("/v1/schedules/nightly")).body).toMatchObject({
      id: "nightly",
      target: { taskId: "nightly/{time}" },
      changes: [
        { what: "runNow", by: "acme-ann" },
        { what: "set", by: "acme-ann" },
      ],
    });
    expect((await get("/v1/schedules")).body).toEqual({ schedules: [{ scheduleId: "nightly" }] });
    expect((await post("/v1/schedules/nightly/delete", { reason: "over" })).body).toMatchObject({
      result: "deleted",
    });
  });

  it("R19 a webhook reaches who waits for it, byte for byte, and a forged one nobody", async () => {
    await start("hooked", "an event, please");
    await scene.waiting("acme", "hooked");
    const body = '{ "order" : "1017",  "amount": 1.50 }';
    const at = new Date();
    const signature = new Webhook(SECRET).sign("w-1", at, body);
    const headers = {
      "content-type": "application/json",
      "webhook-id": "w-1",
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": signature,
    };
    const hook = (sent: string) =>
      scene.call("/v1/webhooks/shop", { method: "POST", body: sent, headers });
    expect(await hook(body.replace("1.50", "9.50"))).toMatchObject({
      status: 401,
      body: { code: "webhook_refused" },
    });
    expect((await hook(body)).body).toMatchObject({ result: "delivered", waits: 1 });
    await until(task("hooked"), "idle");
  });

  it("lists every task once, page by page, and by each filter", async () => {
    const pages: TaskList[] = [];
    for (let cursor = ""; ;) {
      const { status, body, text } = await get(`/v1/tasks?limit=2${cursor}`);
      expect(status, text).toBe(200);
      const page = body as unknown as TaskList;
      pages.push(page);
      if (page.cursor === undefined) break;
      expect(page.tasks).toHaveLength(2);
      cursor = `&cursor=${page.cursor}`;
    }
    const listed = pages.flatMap(({ tasks }) => tasks);
    const uidsOf = ({ body }: Answer) =>
      (body as unknown as TaskList).tasks.map(({ taskUid }) => taskUid);
    const uids = listed.map(({ taskUid }) => taskUid);
    expect(uidsOf(await get("/v1/tasks?limit=200"))).toEqual(uids);
    expect(listed.length).toBeGreaterThan(6);
    expect(new Set(uids).size).toBe(listed.length);
    const times = listed.map(({ createdAt }) => createdAt);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    const by = async (filter: string) =>
      ((await get(`/v1/tasks?${filter}`)).body as unknown as TaskList).tasks.map(
        ({ taskId }) => taskId,
      );
    expect(await by("agent=boss")).toEqual(["family"]);
    expect(await by("status=killed")).toEqual(["held"]);
    expect(await by("owner=acme-bob")).toEqual([]);
    expect(await by("taskId=held")).toEqual(["held"]);
    expect(await by("taskId=hel")).toEqual([]);
    expect(await by("taskIdPrefix=hel")).toEqual(["held"]);
    expect(await by("owner=acme-ann'%20OR%20'1'='1")).toEqual([]);
    expect(await by("stuck=true")).toEqual([]);
    expect(await by(`createdAfter=${times[0]}`)).toEqual([]);
    expect((await by(`updatedBefore=${Date.now() + 60_000}`)).length).toBe(listed.length);
    // Of another tenant: what it leads to is the caller's own all the same.
    const forged = Buffer.from(JSON.stringify({ at: 9e15, service: "", key: "globex/" }));
    const answer = await get(`/v1/tasks?limit=200&cursor=${forged.toString("base64url")}`);
    expect(uidsOf(answer)).toEqual(uids);
  });

  it("is ready while the runtime works, and not without it", async () => {
    expect(await scene.call("/ready")).toMatchObject({ status: 200, body: { status: "ready" } });
    await scene.engine.server.kill();
    await vi.waitFor(async () => expect((await scene.call("/ready")).status).toBe(503), PATIENCE);
    expect((await scene.call("/health")).status).toBe(200);
  });
});
