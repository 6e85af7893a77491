// Owns that a tenant is a wall (R47): with another tenant's credentials, whatever their roles, nothing of
// a task, an approval, an event, a schedule, a budget, a stop or an artifact can be read, changed, listed
// or found out, by any route there is. On the real server.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROUTES } from "../../gateway/routes.ts";
import type { EventsPage, StatusView } from "../../contract/api.ts";
import { callRoute, exampleOf, NOBODYS, routeNamed } from "./support/client.ts";
import { type GatewayScene, openGatewayScene, type Tenant } from "./support/gateway-scene.ts";
import type { Ids } from "./support/route-examples.ts";

const routesWith = (wall: string) =>
  ROUTES.map(({ name }) => name).filter((name) => exampleOf(name, NOBODYS).wall === wall);

describe("R47 the wall between tenants", () => {
  let scene: GatewayScene;
  let acme: Ids;
  let globex: Ids;
  let before: string;
  beforeAll(async () => {
    scene = await openGatewayScene();
    acme = await scene.furnish("acme");
    globex = await scene.furnish("globex");
    before = await everythingOf("acme");
  });
  afterAll(() => scene.stop());

  const as = (tenant: Tenant, name: string, ids: Ids) =>
    callRoute(scene.call, name, ids, scene.keyOf(tenant));

  /** All that a tenant can see of its own, but for what passes with time. */
  async function everythingOf(tenant: Tenant): Promise<string> {
    const ids = tenant === "acme" ? acme : globex;
    const names = ["task.events", "approval.list", "approval.show", "schedule.show", "event.show"];
    const answers = [];
    for (const name of [...names, "stop.list", "artifact.get", "budget.tenant"])
      answers.push(await as(tenant, name, ids));
    const waits = await as(tenant, "task.events", { ...ids, taskId: `${tenant}-waits` });
    for (const { status, text } of [...answers, waits]) expect(status, text).toBe(200);
    return [...answers, waits].map(({ text }) => text).join("\n");
  }

  it("R47 the same task id of two tenants is two tasks", async () => {
    const uids = await Promise.all(
      (["acme", "globex"] as const).map(async (tenant) => {
        const { body } = await as(tenant, "task.status", { ...acme, tenant });
        expect(body).toMatchObject({ taskId: "case-1", tenant, owner: `${tenant}-ann` });
        return (body as unknown as StatusView).taskUid;
      }),
    );
    expect(new Set(uids).size).toBe(2);
  });

  it.each(routesWith("ids"))("R47 %s answers for another's id as for nobody's", async (name) => {
    const foreign = await as("globex", name, { ...acme, taskId: "acme-waits" });
    const missing = await as("globex", name, NOBODYS);
    // Deleting twice is not an error.
    expect(foreign.status >= 400 || foreign.body["result"] === "not-found").toBe(true);
    expect(foreign.status, foreign.text).toBeLessThan(500);
    expect(secretsIn(foreign.text)).toEqual([]);
    // A body that the runtime never came to look at would prove nothing.
    expect(foreign.body["code"]).not.toBe("invalid_input");
    expect({ ...foreign, headers: headersOf(foreign.headers) }).toEqual({
      ...missing,
      headers: headersOf(missing.headers),
    });
  });

  // What shows that the ids above are some.
  it.each(routesWith("ids").filter((name) => routeNamed(name).method === "GET"))(
    "R47 %s answers the tenant's own",
    async (name) => {
      expect((await as("acme", name, acme)).status).toBe(200);
    },
  );

  it.each(routesWith("own"))(
    "R47 %s is about the caller's own, whatever it names",
    async (name) => {
      const { taskId, scheduleId } = NOBODYS;
      const answer = await as("globex", name, { ...acme, taskId, scheduleId, owner: "globex-ann" });
      expect(answer.status, answer.text).toBe(200);
      expect(secretsIn(answer.text)).toEqual([]);
    },
  );

  const secretsIn = (text: string) =>
    ["acme", acme.approvalId, acme.digest, acme.sha256, acme.operationId].filter((secret) =>
      text.includes(secret),
    );

  it("R47 decisions and events of its own are taken, and reach its own task only", async () => {
    const { body } = await as("globex", "approval.list", globex);
    const { taskId, approvalId } = globex;
    expect(body).toMatchObject({ approvals: [{ taskId, approvalId }] });
    const bob = scene.keyOf("globex", "bob");
    const decided = await callRoute(scene.call, "approval.approve", globex, bob);
    expect(decided, decided.text).toMatchObject({
      status: 200,
      body: { state: "approved", receipt: { by: "globex-bob" } },
    });
    const published = await scene.call("/v1/events", {
      method: "POST",
      as: scene.keyOf("globex"),
      body: { topic: "paid", key: "1017", eventId: "of-another-tenant", payload: "foreign" },
    });
    // The example of the route was delivered before.
    expect(published.body).toMatchObject({ result: "duplicate" });
  });

  it("R47 nothing of the other tenant has changed by any of it", async () => {
    expect(await everythingOf("acme")).toBe(before);
    const { body } = await as("acme", "task.events", acme);
    expect(JSON.stringify((body as unknown as EventsPage).events)).not.toContain("globex");
  });

  it("R47 lists show each tenant its own tasks and no other, by any filter", async () => {
    for (const tenant of ["acme", "globex"] as const) {
      const other = tenant === "acme" ? "globex" : "acme";
      for (const filter of [
        "",
        "?agent=desk",
        "?taskId=case-1",
        `?taskIdPrefix=${other}`,
        `?owner=${other}-ann`,
        "?status=waiting-approval,waiting-event,idle,running",
      ]) {
        const answer = await scene.call(`/v1/tasks${filter}`, { as: scene.keyOf(tenant) });
        expect(answer.status, answer.text).toBe(200);
        expect(answer.text).not.toContain(other);
      }
    }
    const own = await scene.call("/v1/tasks?agent=desk", { as: scene.keyOf("acme") });
    const { tasks } = own.body as { tasks: { taskId: string }[] };
    expect(tasks.map(({ taskId }) => taskId)).toEqual(["acme-waits", "case-1"]);
  });
});

function headersOf(headers: Headers) {
  return [...headers].filter(([name]) => name !== "date");
}
