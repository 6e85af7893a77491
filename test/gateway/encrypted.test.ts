// Owns that lists know an encrypted app's tasks too: what is to be decided is found by the part of a head
// that stays readable, and nothing that was said is.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createEncryption } from "../../index.ts";
import { PATIENCE } from "../agent/support/task.ts";
import { testKey } from "../encryption/support/keys.ts";
import { type GatewayScene, openGatewayScene } from "./support/gateway-scene.ts";

describe("of an encrypted app", () => {
  let scene: GatewayScene;
  beforeAll(async () => {
    const encryption = createEncryption({ keys: [testKey("k1")], current: "k1" });
    scene = await openGatewayScene({ encryption });
  });
  afterAll(() => scene.stop());

  it("R44 R47 tasks and approvals are listed, each to its own tenant, without a word of them", async () => {
    const acme = await scene.furnish("acme");
    const list = (path: string, tenant: "acme" | "globex") =>
      scene.call(path, { as: scene.keyOf(tenant) });
    expect(await list("/v1/approvals", "globex")).toMatchObject({ body: { approvals: [] } });
    const approvals = await list("/v1/approvals", "acme");
    expect(approvals.body).toEqual({
      approvals: [
        {
          approvalId: acme.approvalId,
          kind: "call",
          agent: "desk",
          taskId: "case-1",
          operationId: acme.operationId,
          tool: "refund",
          effect: "financial",
          risk: "high",
          since: expect.any(Number),
          expiresAt: expect.any(Number),
        },
      ],
    });
    await scene.call(`/v1/approvals/${acme.approvalId}/claim`, {
      method: "POST",
      as: scene.keyOf("acme", "bob"),
      body: {},
    });
    await vi.waitFor(
      async () =>
        expect(await list("/v1/approvals?claimed=by-others", "acme")).toMatchObject({
          body: { approvals: [{ claim: { by: "acme-bob" } }] },
        }),
      PATIENCE,
    );
    const tasks = await list(
      "/v1/tasks?status=waiting-event,waiting-approval&owner=acme-ann",
      "acme",
    );
    expect(tasks.body).toMatchObject({ tasks: [{ taskId: "acme-waits" }, { taskId: "case-1" }] });
    expect(tasks.text).not.toContain("please");
    expect(await list("/v1/tasks", "globex")).toMatchObject({ body: { tasks: [] } });
    expect(await list("/v1/schedules", "acme")).toMatchObject({
      body: { schedules: [{ scheduleId: "acme-nightly" }] },
    });
    const stored = await scene.engine.admin.query(
      "SELECT value_utf8 FROM state WHERE key = 'head'",
    );
    expect(JSON.stringify(stored)).not.toMatch(/please|1017/);
  });
});
