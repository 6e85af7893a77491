// Owns the tests of a tool whose worker, or whose server, is killed with SIGKILL.
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { sha256 } from "../../core/digest.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import { callTool, requestFor } from "./tool-caller.ts";

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const file = new URL("tool-worker.ts", import.meta.url);

async function paymentsIn(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.startsWith("paid-"));
}

async function requestsIn(directory: string): Promise<string[]> {
  return (await readFile(join(directory, "requests"), "utf8")).trim().split("\n");
}

it.each([
  ["F2 before the effect", "before-effect", 1],
  ["F1 after the effect and before its record", "after-effect", 2],
])("%s: a killed worker's operation is taken up with the same key", async (_, point, requests) => {
  const directory = await mkdtemp(join(engine.directory, "pay-"));
  let worker = await engine.spawnWorker(file, {}, { args: [directory, point] });
  const request = requestFor("pay", { cents: 1500 });
  const response = callTool(engine, request);
  await vi.waitFor(() => expect(worker.messages).toContain(point), 20_000);
  await worker.kill();
  expect(await paymentsIn(directory)).toHaveLength(requests - 1);

  const { port } = worker;
  worker = await engine.spawnWorker(file, {}, { args: [directory], port, register: false });
  expect(await response).toMatchObject({ outcome: "ok", result: { text: '{"paid":1500}' } });
  const key = sha256(request.operationId);
  expect(await requestsIn(directory)).toEqual(Array.from({ length: requests }, () => key));
  expect(await paymentsIn(directory)).toEqual([`paid-${key}`]);
  await worker.kill();
});

it("F2 what is recorded is not run again, whoever dies afterwards", async () => {
  const directory = await mkdtemp(join(engine.directory, "pay-"));
  let worker = await engine.spawnWorker(file, {}, { args: [directory] });
  const request = requestFor("pay", { cents: 700 });
  const first = await callTool(engine, request);
  await worker.kill();
  await engine.server.kill();
  await engine.restart();
  const { port } = worker;
  worker = await engine.spawnWorker(file, {}, { args: [directory], port, register: false });
  expect(await callTool(engine, request)).toEqual(first);
  expect(await requestsIn(directory)).toHaveLength(1);
});

it("F24 an outage of the worker in the middle, longer than any count of attempts, loses nothing", async () => {
  const directory = await mkdtemp(join(engine.directory, "pay-"));
  const first = await engine.spawnWorker(file, {}, { args: [directory, "before-effect"] });
  const response = callTool(engine, requestFor("pay", { cents: 1 }));
  await vi.waitFor(() => expect(first.messages).toContain("before-effect"), 20_000);
  await first.kill();
  const failed = "SELECT max(retry_count) AS n FROM sys_invocation WHERE status = 'backing-off'";
  await vi.waitFor(async () => {
    expect((await engine.admin.query(failed))[0]?.["n"]).toBeGreaterThan(3);
  }, 20_000);
  await engine.spawnWorker(file, {}, { args: [directory], port: first.port, register: false });
  expect(await response).toMatchObject({ outcome: "ok" });
});
