// Owns stops of one tenant through the gateway, on the real server: what a tenant's admin stops is stopped
// for its own tasks, goes on once it is lifted, and is nothing of another tenant's.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { RecordPage, StopList } from "../../contract/stop.ts";
import { PATIENCE } from "../agent/support/task.ts";
import { type GatewayScene, openGatewayScene, type Tenant } from "./support/gateway-scene.ts";

const REFUND = { kind: "tool", name: "refund", reason: "too many refunds" };

describe("R99 R47 a stop of one tenant", () => {
  let scene: GatewayScene;
  beforeAll(async () => {
    scene = await openGatewayScene();
  });
  afterAll(() => scene.stop());

  const call = (tenant: Tenant, path: string, body?: object, person: "ann" | "bob" = "ann") =>
    scene.call(path, {
      as: scene.keyOf(tenant, person),
      ...(body === undefined ? {} : { method: "POST", body }),
    });
  const approve = async (tenant: Tenant) => {
    await call(tenant, "/v1/agents/desk/tasks/r/start", { message: "a refund, please" });
    const { operation } = await scene.waiting(tenant, "r");
    const { approvalId, digest } = operation.proposal ?? {};
    const at = `/v1/approvals/${approvalId}/approve`;
    expect((await call(tenant, at, { digest }, "bob")).status).toBe(200);
  };
  const reaches = (tenant: Tenant, status: string) =>
    vi.waitFor(async () => {
      const answer = await call(tenant, "/v1/agents/desk/tasks/r/status");
      expect(answer.body["status"], answer.text).toBe(status);
    }, PATIENCE);
  const stopsOf = async (tenant: Tenant) =>
    ((await call(tenant, "/v1/stops")).body as unknown as StopList).stops;

  it("keeps a tool from its own tasks and from no other's, and lifted lets them go on", async () => {
    expect((await call("acme", "/v1/stops", REFUND)).body).toMatchObject({ result: "accepted" });
    expect(await stopsOf("acme")).toMatchObject([
      { kind: "tool", name: "refund", tenant: "acme", by: "acme-ann", reason: "too many refunds" },
    ]);
    expect(await stopsOf("globex")).toEqual([]);
    await Promise.all([approve("acme"), approve("globex")]);
    await reaches("globex", "idle");
    await reaches("acme", "paused");

    const foreign = await call("globex", "/v1/stops/lift", REFUND);
    expect(foreign.body).toMatchObject({ code: "stop_not_found" });
    await vi.waitFor(
      async () => expect(await stopsOf("acme")).toMatchObject([{ status: "stopped" }]),
      PATIENCE,
    );
    const lifted = { ...REFUND, reason: "counted" };
    expect((await call("acme", "/v1/stops/lift", lifted)).body).toMatchObject({ result: "lifted" });
    await call("acme", "/v1/agents/desk/tasks/r/retry", { reason: "lifted" });
    await reaches("acme", "idle");

    const record = async (tenant: Tenant) =>
      ((await call(tenant, "/v1/stops/record")).body as unknown as RecordPage).entries;
    expect(await record("acme")).toMatchObject([
      { type: "stop.accepted", actor: { id: "acme-ann" }, reason: "too many refunds" },
      { type: "stop.settled" },
      { type: "stop.lifted", actor: { id: "acme-ann" }, reason: "counted" },
    ]);
    expect(await record("globex")).toEqual([]);
  });

  it("names no other tenant, and no tenant twice", async () => {
    const own = { kind: "tenant", name: "acme", reason: "x" };
    const others = [
      { ...own, name: "globex" },
      { ...REFUND, tenant: "globex" },
      { ...own, tenant: "acme" },
    ];
    const codes = [];
    for (const body of others) codes.push((await call("acme", "/v1/stops", body)).body["code"]);
    expect(codes).toEqual(["forbidden", "invalid_input", "invalid_input"]);
    expect(await stopsOf("acme")).toEqual([]);
  });
});
