// Owns what tasks take of storage, as the gateway tells a tenant and nobody else: rows and bytes of state,
// volumes of archived logs, and what logs refer to.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { LargestTasks, StorageView, TaskStorage } from "../../contract/storage.ts";
import { PATIENCE } from "../agent/support/task.ts";
import { runCli } from "../cli/support/run-cli.ts";
import { type GatewayScene, openGatewayScene } from "../gateway/support/gateway-scene.ts";

let scene: GatewayScene;
beforeAll(async () => {
  scene = await openGatewayScene({ archive: false });
});
afterAll(() => scene.stop());

const at = (id: string) => `/v1/agents/desk/tasks/${id}`;
const get = async (path: string, tenant: "acme" | "globex" = "acme") => {
  const answer = await scene.call(path, { as: scene.keyOf(tenant) });
  return { status: answer.status, body: answer.body as unknown };
};
const storageOf = async (id: string) => (await get(`${at(id)}/storage`)).body as TaskStorage;
const all = async (tenant: "acme" | "globex") =>
  (await get("/v1/storage", tenant)).body as StorageView;

/** A task that has ended; `bytes` of its message are an artifact. */
async function ended(id: string, bytes: number): Promise<void> {
  const as = scene.keyOf("acme");
  const post = (verb: string, body: object) =>
    scene.call(`${at(id)}/${verb}`, { method: "POST", as, body });
  const until = (status: string) =>
    vi.waitFor(async () => {
      expect((await get(`${at(id)}/status`)).body).toMatchObject({ status });
    }, PATIENCE);
  const message = [
    { type: "text", text: "hello" },
    { type: "text", text: "x".repeat(bytes) },
  ];
  expect((await post("start", { message })).status).toBe(200);
  await until("idle");
  await post("complete", { reason: "done" });
  await until("completed");
}

/** What the server's own table says. */
async function stateOf(
  key: string,
): Promise<{ readonly stateRows: number; readonly stateBytes: number }> {
  const [row] = await scene.engine.admin.query(
    `SELECT count(*) AS n, sum(length(key) + length(value_utf8)) AS bytes FROM state
     WHERE service_name = 'desk' AND service_key = '${key}'`,
  );
  return { stateRows: Number(row?.["n"]), stateBytes: Number(row?.["bytes"]) };
}

describe("storage", () => {
  it("of a task is its rows, its volumes and what its log refers to", async () => {
    await ended("large", 50_000);
    const before = await storageOf("large");
    expect(before).toEqual({
      agent: "desk",
      taskId: "large",
      ...(await stateOf("acme/large")),
      archiveBytes: 0,
      artifacts: 1,
      artifactBytes: 50_000,
    });
    await vi.waitFor(async () => {
      await scene.engine.call("desk/acme%2Flarge/archive", {});
      const after = await storageOf("large");
      expect(after.archiveBytes).toBeGreaterThan(500);
      expect(after.stateRows).toBeLessThan(before.stateRows);
      expect(after).toMatchObject(await stateOf("acme/large"));
    }, PATIENCE);
  });

  it("R47 of a tenant is that of its own tasks, by agent, the largest first", async () => {
    await ended("small", 10);
    const { agents, ...total } = await all("acme");
    const { tasks: largest } = (await get("/v1/storage/tasks")).body as LargestTasks;
    expect(agents.map(({ agent }) => agent)).toEqual(["desk"]);
    expect(agents[0]).toMatchObject(total);
    expect(total.tasks).toBe(largest.length);
    const named = largest.map(({ taskId }) => taskId);
    expect(named).toContain("large");
    expect(named).toContain("small");
    const taken = largest.map(({ stateBytes }) => stateBytes);
    expect(taken).toEqual(taken.toSorted((one, other) => other - one));
    const sum = largest.reduce((bytes, each) => bytes + each.stateBytes, 0);
    expect(total).toMatchObject({ stateBytes: sum, artifactBytes: 50_000 });
    expect(await all("globex")).toMatchObject({ tasks: 0, stateBytes: 0, agents: [] });
    expect((await get("/v1/storage/tasks", "globex")).body).toEqual({ tasks: [] });
    const foreign = await get(`${at("large")}/storage`, "globex");
    const none = await get(`${at("nobodys")}/storage`, "globex");
    expect(foreign.status).toBe(404);
    expect(foreign).toEqual(none);
  });

  it("is shown on the command line, and what retention has removed is a list there", async () => {
    const env = { HOLDFAST_URL: scene.url, HOLDFAST_KEY: scene.keyOf("acme") };
    const run = (...args: readonly string[]) => runCli(args, { env });
    const shown = await run("storage");
    expect(shown).toMatchObject({ code: 0, stderr: "" });
    expect(shown.stdout).toMatch(/^AGENT +TASKS +STATE .*\ndesk +2 .*KiB/);
    expect(shown.stdout).toMatch(/\ndesk\/large .*KiB .* 48\.8 KiB\n/);
    const { stdout } = await run("storage", "large", "--json");
    expect(JSON.parse(stdout)).toEqual(await storageOf("large"));
    expect((await run("tasks", "removed")).stdout).toBe("No tasks were removed.\n");
  });
});
