// Owns the tests of the admin client and of the port that finds tools without a service.
import { service, type Context } from "@restatedev/restate-sdk";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createAdminClient } from "../../services/engine/admin.ts";
import { createFindUnregistered } from "../../services/engine/find-unregistered.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const named = (name: string) =>
  service({
    name,
    handlers: {
      sleep: async (ctx: Context) => {
        await ctx.sleep({ hours: 1 });
      },
    },
  });

async function statusOf(id: string): Promise<unknown> {
  const rows = await engine.admin.query(
    `SELECT status, completion_failure FROM sys_invocation WHERE id = '${id}'`,
  );
  return rows[0]?.["completion_failure"] ?? rows[0]?.["status"];
}

it("registers, lists, and steers invocations", async () => {
  const endpoint = await engine.serveEndpoint([named("sleeper")]);
  const again = await engine.admin.registerDeployment(endpoint.url, { force: true });
  expect(again.services).toEqual(["sleeper"]);
  expect(await engine.admin.listServices()).toEqual([
    { name: "sleeper", deploymentId: again.id, revision: 2 },
  ]);

  const first = await engine.send("sleeper/sleep");
  await vi.waitFor(async () => expect(await statusOf(first)).toBe("running"), 20_000);
  expect(await engine.admin.pauseInvocation(first)).toBe("accepted");
  await vi.waitFor(async () => expect(await statusOf(first)).toBe("paused"), 20_000);
  expect(await engine.admin.resumeInvocation(first, { deployment: "latest" })).toBe("accepted");
  await vi.waitFor(async () => expect(await statusOf(first)).toBe("running"), 20_000);
  expect(await engine.admin.cancelInvocation(first)).toBe("accepted");
  await vi.waitFor(async () => expect(String(await statusOf(first))).toMatch(/cancel/i), 20_000);
  expect(await engine.admin.cancelInvocation(first)).toBe("not-applicable");

  const second = await engine.send("sleeper/sleep");
  expect(await engine.admin.killInvocation(second)).toBe("accepted");
  await vi.waitFor(async () => expect(String(await statusOf(second))).toMatch(/kill/i), 20_000);
  const unknown = `${first.slice(0, -1)}${first.endsWith("A") ? "B" : "A"}`;
  expect(await engine.admin.killInvocation(unknown)).toBe("not-found");
});

it("says what was refused and why", async () => {
  await expect(engine.admin.query("SELECT nonsense")).rejects.toThrow(
    /refused POST \/query with \d+: .*nonsense/,
  );
  await expect(createAdminClient("http://127.0.0.1:1").listServices()).rejects.toThrow(
    "Restate's admin API at http://127.0.0.1:1 does not answer GET /services",
  );
});

it("finds the tools that have no service, and sees one that is registered later", async () => {
  const findUnregistered = createFindUnregistered(engine.adminUrl);
  await engine.serveEndpoint([named("tools.search")]);
  expect(await findUnregistered(["search", "pay"])).toEqual(["pay"]);
  await engine.serveEndpoint([named("tools.pay")]);
  expect(await findUnregistered(["search", "pay"])).toEqual([]);
});

it("rejects while the admin API is down, and remembers what it knows", async () => {
  const findUnregistered = createFindUnregistered(engine.adminUrl);
  expect(await findUnregistered(["search"])).toEqual([]);
  await engine.server.kill();
  expect(await findUnregistered(["search"])).toEqual([]);
  await expect(findUnregistered(["search", "mail"])).rejects.toThrow("does not answer");
  await engine.restart();
  expect(await findUnregistered(["search", "mail"])).toEqual(["mail"]);
});
