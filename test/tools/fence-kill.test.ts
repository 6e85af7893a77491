// Owns the proof that an effect which nobody else keeps from happening twice is made at most once,
// wherever its worker is killed with SIGKILL (docs/effects.md).
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ackOf, at } from "./fence/bank-client.ts";
import { openWorld, type World } from "./fence/world.ts";
import { callVerb } from "./tool-caller.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());
afterEach(() => world.killWorkers());

describe("F1 R13 R95 L7 a fenced effect whose worker is killed", () => {
  it.each([
    ["before the intent", "before intent", "ok", 1],
    ["after the intent and before its record", "after intent", "ok", 1],
    ["between intent and effect", "before execute", "unknown", 0],
    ["in execute and before the request", "in execute", "unknown", 0],
    ["after the acknowledgement", "acknowledged", "unknown", 1],
    ["after the effect and before its record", "after execute", "unknown", 1],
  ])("%s is made at most once", async (_, point, outcome, requests) => {
    const first = await world.spawn({ stopAt: point, startDeadlineMs: 2000, timeoutMs: 500 });
    world.forwarder.pointTo(first.port);
    const request = world.request();
    const response = world.execute(request);
    await at(first, point);
    const second = await world.spawn();
    world.forwarder.pointTo(second.port);
    await first.kill();
    const answer = await response;
    expect(answer.outcome).toBe(outcome);
    expect(await world.bank.requests(request.operationId)).toHaveLength(requests);

    const found = await world.reconcile(request, answer);
    expect(found.outcome).toBe(requests === 1 ? "ok" : "not-applied");
    expect(await world.bank.requests(request.operationId)).toHaveLength(requests);
  });

  it.each([
    ["between intent and effect", "before compensate", "unknown", 0],
    ["before the request", "in compensate", "unknown", 0],
    ["after the acknowledgement", "undone", "unknown", 1],
    ["and nothing is lost before the intent", "before intent", "undone", 1],
  ])("R46 %s is undone at most once", async (_, point, outcome, requests) => {
    const first = await world.spawn({ stopAt: point });
    world.forwarder.pointTo(first.port);
    const request = {
      ...world.request(),
      result: { text: '{"sent":500}' },
      mediaType: "application/json",
    };
    const response = callVerb(world.engine, "compensate", request);
    await at(first, point);
    const second = await world.spawn();
    world.forwarder.pointTo(second.port);
    await first.kill();
    expect(await response).toMatchObject({ outcome });
    const undone = await world.bank.requests(`${request.operationId}/compensate`);
    expect(undone).toEqual(Array.from({ length: requests }, () => "undo"));
  });

  it("F1 R14 after the request and before the acknowledgement is made once, and found", async () => {
    const first = await world.spawn();
    world.forwarder.pointTo(first.port);
    const request = world.request();
    await world.bank.close(ackOf(request.operationId));
    const response = world.execute(request);
    await world.bank.got(request.operationId);
    const second = await world.spawn();
    world.forwarder.pointTo(second.port);
    await first.kill();
    const answer = await response;
    expect(answer).toMatchObject({ outcome: "unknown" });
    expect(await world.reconcile(request, answer)).toMatchObject({
      outcome: "ok",
      result: { text: '{"sent":500}' },
    });
    expect(await world.bank.requests(request.operationId)).toEqual(["transfer"]);
  });
});
