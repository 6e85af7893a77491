// Owns the tests of the waiter on the real server: what a task is told about the value that it
// waits for, whoever resolves it with whatever.
import { type Context, type Serde, serde, service } from "@restatedev/restate-sdk";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type Wake, WAITER_SERVICE, type WaiterRequest } from "../../contract/command.ts";
import { waiterService } from "../../services/waiter/waiter-service.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import { AGENT, surroundings, wakesOf } from "./tool-caller.ts";

const sender = service({
  name: "sender",
  handlers: {
    send: async (ctx: Context, parameter: WaiterRequest): Promise<string> =>
      ctx.genericSend({
        service: WAITER_SERVICE,
        method: "wait",
        parameter,
        inputSerde: serde.json as Serde<WaiterRequest>,
      }).invocationId,
  },
});

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  await engine.serveEndpoint([...surroundings, sender, waiterService]);
});
afterAll(() => engine.stop());

/** Opens a wait for a task of this name, and answers how it can be settled. */
async function open(taskId: string) {
  const request: WaiterRequest = { v: 1, agent: AGENT, taskId, operationId: `${taskId}/1/1/1` };
  const invocationId = (await engine.call("sender/send", request)).body as string;
  const [opened] = await wakes(taskId, 1);
  if (opened?.type !== "awakeable-opened") throw new Error("not opened");
  const { awakeableId, operationId } = opened;
  expect(opened).toEqual({
    v: 1,
    type: "awakeable-opened",
    operationId: request.operationId,
    awakeableId,
  });
  const settle = (verb: string, body: string) =>
    fetch(`${engine.ingressUrl}/restate/awakeables/${awakeableId}/${verb}`, {
      method: "POST",
      body,
    });
  return { awakeableId, operationId, invocationId, settle };
}

async function wakes(taskId: string, count: number): Promise<readonly Wake[]> {
  return vi.waitFor(async () => {
    const all = await wakesOf(engine, taskId);
    expect(all).toHaveLength(count);
    return all;
  }, 20_000);
}

it.each([
  ["JSON", '{"decision":"approve"}', { text: '{"decision":"approve"}' }],
  ["anything", "yes, please €", { text: "yes, please €" }],
  ["nothing", "", { text: "" }],
  ["too much", "x".repeat(70_000), { rejected: expect.stringContaining("70000 bytes") as string }],
])("tells the task when its awakeable is resolved with %s", async (name, body, payload) => {
  const { awakeableId, operationId, settle } = await open(`resolved-${name}`);
  await settle("resolve", body);
  expect((await wakes(`resolved-${name}`, 2))[1]).toEqual({
    v: 1,
    type: "awakeable-settled",
    operationId,
    awakeableId,
    payload,
  });
});

it("tells the task why its awakeable was rejected", async () => {
  const { settle } = await open("rejected");
  await settle("reject", "not today");
  expect((await wakes("rejected", 2))[1]).toMatchObject({ payload: { rejected: "not today" } });
});

it("holds no place on the worker, and outlives the server", async () => {
  const { invocationId, settle } = await open("patient");
  const status = `SELECT status FROM sys_invocation WHERE id = '${invocationId}'`;
  await vi.waitFor(async () => {
    expect((await engine.admin.query(status))[0]?.["status"]).toBe("suspended");
  }, 20_000);
  await engine.server.kill();
  await engine.restart();
  await settle("resolve", "late");
  expect((await wakes("patient", 2))[1]).toMatchObject({ payload: { text: "late" } });
});

it("ends without a word when it is cancelled", async () => {
  const { invocationId } = await open("cancelled");
  expect(await engine.admin.cancelInvocation(invocationId)).toBe("accepted");
  await vi.waitFor(async () => {
    const rows = await engine.admin.query(
      `SELECT id FROM sys_invocation WHERE id = '${invocationId}'`,
    );
    expect(rows).toEqual([]);
  }, 20_000);
  expect(await wakesOf(engine, "cancelled")).toHaveLength(1);
});

it("cannot be called through the ingress", async () => {
  expect((await engine.call(`${WAITER_SERVICE}/wait`, {})).status).toBe(400);
});
