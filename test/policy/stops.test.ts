// Stops on a real server (R99): accepted at once, seen by every check that begins later, and
// `stopped` only when nothing that was admitted can happen any more.
import * as restate from "@restatedev/restate-sdk";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { StopCensus, StopEntry, StopList, StopResult } from "../../contract/stop.ts";
import { SETTLES_METADATA } from "../../contract/stop.ts";
import { digestOf } from "../../core/digest.ts";
import { GENESIS } from "../../core/log.ts";
import { stopsObject } from "../../objects/stops/stops-object.ts";
import { createStopWatch } from "../../services/stops/stop-watch.ts";
import { createStopsView } from "../../services/stops/stops-view.ts";
import { createCensus } from "../../services/stops/take-census.ts";
import { createGate, type Gate } from "../agent/support/gate.ts";
import { PATIENCE } from "../agent/support/task.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";

/** Long enough for what the tests do while an effect is under way. */
const BOUND_MS = 6_000;

let engine: TestEngine;
const looks: StopCensus[] = [];
const effects: string[] = [];
const gates = new Map<string, Gate>();

/** A tool that ignores every signal, as authors' code may. */
function stubbornTool(name: string, effect = "financial") {
  const metadata = { effect, [SETTLES_METADATA]: String(BOUND_MS) };
  return restate.service({
    name: `tools.${name}`,
    metadata,
    handlers: {
      execute: async (ctx: restate.Context, id: string) =>
        ctx.run("execute", async () => {
          await gates.get(id)?.pass();
          effects.push(id);
        }),
    },
    options: { idempotencyRetention: 60_000 },
  });
}

function agentObject(name: string) {
  return restate.object({
    name,
    handlers: {
      run: (ctx: restate.ObjectContext, id: string) =>
        ctx.genericCall<string, void>({
          service: "tools.shared",
          method: "execute",
          parameter: id,
          inputSerde: restate.serde.json as restate.Serde<string>,
          outputSerde: restate.serde.json as restate.Serde<void>,
        }),
    },
  });
}

beforeAll(async () => {
  engine = await startEngine();
  const census = createCensus(engine.admin);
  const watch = createStopWatch(async (scope, since) => {
    const taken = await census(scope, since);
    looks.push(taken);
    return taken;
  });
  const tools = ["idle", "busy", "shared"].map((name) => stubbornTool(name));
  const agents = ["clerk", "other"].map(agentObject);
  const reader = stubbornTool("reader", "read");
  await engine.serveEndpoint([stopsObject, watch, ...tools, reader, ...agents]);
});
afterAll(() => engine.stop());

async function ask<T>(handler: string, body?: unknown): Promise<T> {
  const answer = await engine.call(`holdfast.stops/all/${handler}`, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body as T;
}

const stop = (kind: string, name: string) =>
  ask<StopResult>("stop", { kind, name, by: "ada", reason: "it misbehaves" });
const lift = (kind: string, name: string) =>
  ask("lift", { kind, name, by: "bob", reason: "it is mended" });

async function statusOf(name: string) {
  const { stops } = await ask<StopList>("list");
  return stops.find((each) => each.name === name)?.status;
}

function untilStopped(name: string) {
  return vi.waitFor(async () => expect(await statusOf(name)).toBe("stopped"), PATIENCE);
}

/** A call that stands in the middle of its effect. */
async function underWay(path: string, id: string) {
  const gate = createGate();
  gates.set(id, gate);
  const invocation = await engine.send(path, id);
  await gate.reached();
  return { gate, invocation };
}

describe("stops", () => {
  it("R99: a stop is accepted at once, holds back, settles, is lifted, and all is on record", async () => {
    const view = createStopsView({ ingress: { url: engine.ingressUrl } });
    expect(await view.check({ tool: "idle", agent: "clerk" })).toEqual({ stopped: false });
    const { result, stopId } = await stop("tool", "idle");
    expect(result).toBe("accepted");
    const held = { stopped: true, stopId, kind: "tool", name: "idle" };
    expect(await view.check({ tool: "idle", agent: "clerk" })).toEqual(held);
    expect(await view.check({ tool: "idle2", agent: "idle", tenant: "idle" })).toEqual({
      stopped: false,
    });
    expect(await stop("tool", "idle")).toMatchObject({ result: "already-stopped", stopId });
    await untilStopped("idle");
    expect(await lift("tool", "idle")).toEqual({ result: "lifted", stopId });
    expect(await view.check({ tool: "idle" })).toEqual({ stopped: false });

    const { entries } = await ask<{ entries: StopEntry[] }>("record");
    const told = entries
      .filter((entry) => entry.stopId === stopId)
      .map(({ type, actor, reason }) => [type, actor.id ?? actor.kind, reason]);
    expect(told).toEqual([
      ["stop.accepted", "ada", "it misbehaves"],
      ["stop.settled", "runtime", expect.stringContaining("settled")],
      ["stop.lifted", "bob", "it is mended"],
    ]);
    let prev = GENESIS;
    for (const { hash, ...unhashed } of entries) {
      expect(unhashed.prev).toBe(prev);
      expect(digestOf(unhashed)).toBe(hash);
      prev = hash;
    }
  });

  it("R99 F12: an effect whose call was killed still counts: stopped comes after it", async () => {
    const { gate, invocation } = await underWay("tools.busy/execute", "killed");
    await engine.admin.killInvocation(invocation);
    const before = looks.length;
    await stop("tool", "busy");
    // Nothing is open any more for whoever looks, and yet the effect is under way.
    await vi.waitFor(() => expect(looks.length).toBeGreaterThan(before), PATIENCE);
    expect(looks[before]?.tools).toMatchObject([{ tool: "busy", open: 0 }]);
    expect(await statusOf("busy")).toBe("accepted");
    gate.open();
    await vi.waitFor(() => expect(effects).toContain("killed"), PATIENCE);
    expect(await statusOf("busy")).toBe("accepted");
    await untilStopped("busy");
    await lift("tool", "busy");
  });

  it("R99: an agent's stop waits for its own effects only, and a tenant's for all", async () => {
    const { gate } = await underWay("clerk/1/run", "agent");
    await stop("agent", "clerk");
    await stop("agent", "other");
    await stop("tenant", "acme");
    await untilStopped("other");
    expect(await statusOf("clerk")).toBe("accepted");
    expect(await statusOf("acme")).toBe("accepted");
    gate.open();
    await untilStopped("clerk");
    await untilStopped("acme");
    for (const [kind, name] of [
      ["agent", "clerk"],
      ["agent", "other"],
      ["tenant", "acme"],
    ] as const) {
      await lift(kind, name);
    }
  });

  it("R99 R45: what only reads is no effect, and keeps no stop from settling", async () => {
    const { gate } = await underWay("tools.reader/execute", "read");
    await stop("tool", "reader");
    await untilStopped("reader");
    expect(effects).not.toContain("read");
    gate.open();
    await lift("tool", "reader");
  });

  it("R99: under load, no check that begins after the answer to stop lets anything through", async () => {
    const view = createStopsView({ ingress: { url: engine.ingressUrl } });
    let answered = false;
    const late: boolean[] = [];
    const early: boolean[] = [];
    const worker = async () => {
      for (let held = 0; held < 3;) {
        const afterStop = answered;
        const { stopped } = await view.check({ tool: "loaded", tenant: "acme" });
        (afterStop ? late : early).push(stopped);
        if (stopped) held += 1;
      }
    };
    const workers = Array.from({ length: 32 }, worker);
    await vi.waitFor(() => expect(early.length).toBeGreaterThan(64), PATIENCE);
    await stop("tool", "loaded");
    answered = true;
    await Promise.all(workers);
    expect(late.length).toBeGreaterThan(32);
    expect(late).not.toContain(false);
    expect(early).toContain(false);
    await lift("tool", "loaded");
  });

  it("R99: the view for models and reads is asked once, and never forgets a stop it knows", async () => {
    const view = createStopsView({ ingress: { url: engine.ingressUrl } });
    await stop("model", "m-1");
    const [first, second] = await Promise.all([view.recent({ model: "m-1" }), view.recent({})]);
    expect(first).toMatchObject({ stopped: true, kind: "model" });
    expect(second).toEqual({ stopped: false });
    // Known by now: no promise, no request.
    expect(view.recent({ model: "m-1" })).toMatchObject({ stopped: true });
    await lift("model", "m-1");
    const fresh = createStopsView({ ingress: { url: engine.ingressUrl }, maxAgeMs: 0 });
    expect(await fresh.recent({ model: "m-1" })).toEqual({ stopped: false });
  });

  it("R99: nobody to ask is an error, and never a yes", async () => {
    const view = createStopsView({ ingress: { url: "http://127.0.0.1:9" } });
    await expect(view.check({ tool: "x" })).rejects.toThrow("did not answer");
    await expect(view.recent({ tool: "x" })).rejects.toThrow("did not answer");
    const nowhere = createStopsView({ ingress: { url: engine.adminUrl } });
    await expect(nowhere.check({ tool: "x" })).rejects.toThrow("answered 404");
  });

  it.each<[string, string, unknown, number, string]>([
    [
      "a kind that is none",
      "all/stop",
      { kind: "user", name: "x", reason: "y" },
      400,
      "invalid_input",
    ],
    ["no reason", "all/stop", { kind: "tool", name: "x" }, 400, "invalid_input"],
    ["another key", "mine/stop", { kind: "tool", name: "x", reason: "y" }, 400, "invalid_input"],
    [
      "a lift of nothing",
      "all/lift",
      { kind: "tool", name: "x", reason: "y" },
      404,
      "stop_not_found",
    ],
    ["a question about what is none", "all/check", { user: "x" }, 400, "invalid_input"],
  ])("R99: %s is refused by name", async (_, path, body, status, code) => {
    const answer = await engine.call(`holdfast.stops/${path}`, body);
    expect(answer).toMatchObject({ status, body: { metadata: { code } } });
  });
});
