// Owns how messages of each mode come to a working task on a real server: in the order in which
// they were accepted, each once, whatever goes on meanwhile (F29, R28).
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { SendResult } from "../../contract/api.ts";
import type { ModelRequest } from "../../contract/model.ts";
import { chainProblem } from "../../core/log.ts";
import { countedTool } from "../agent/support/clerk-tools.ts";
import { createGate } from "../agent/support/gate.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { asksFor, says, scriptedModel } from "../agent/support/scripted-model.ts";
import { dataOf, PATIENCE, type Task } from "../agent/support/task.ts";
import { changedArtifacts } from "../support/changed-artifacts.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

/** What the model was sent as results of tools, and by people, last first forgotten. */
function seenBy(request: ModelRequest | undefined) {
  const messages = request?.messages ?? [];
  return {
    results: messages.flatMap((each) => (each.role === "tool" ? [JSON.stringify(each)] : [])),
    said: messages.flatMap((each) =>
      each.role === "user"
        ? [each.parts.map((part) => (part.type === "text" ? part.text : "")).join("")]
        : [],
    ),
  };
}

const interrupt = (task: Task, message = "stop") =>
  task.post("send", { message, messageId: "stop", mode: "interrupt" });

describe("interrupt", () => {
  it("R72 L5 stops a model call that is in flight, keeps what is done, and answers", async () => {
    const gate = createGate();
    const look = countedTool({ name: "look-first" });
    const model = scriptedModel([
      asksFor(["look-first", { what: "x" }]),
      (_, signal) => gate.pass(signal).then(() => says("too late")),
      says("stopped"),
    ]);
    const task = (await scene.open({ name: "thinking", model, tools: [look.tool] })).task("t");
    await task.start("go");
    await gate.reached();
    expect(await interrupt(task)).toMatchObject({ status: 200, body: { result: "accepted" } });
    expect(await task.until("idle")).toMatchObject({ turn: 1, lastTurn: { answer: "stopped" } });
    const log = await task.log();
    expect(dataOf(log, "model.aborted")).toHaveLength(1);
    expect(dataOf(log, "message.received").at(-1)).toMatchObject({ mode: "interrupt", turn: 1 });
    const { results, said } = seenBy(model.requests.at(-1));
    expect(results).toHaveLength(1);
    expect(said).toEqual(["go", "stop"]);
  });

  it("R72 gives up a read that is in flight, which is told to stop; the model sees it was interrupted", async () => {
    const gate = createGate();
    const look = countedTool({ name: "look-long", gate });
    const model = scriptedModel([asksFor(["look-long", { what: "x" }]), says("stopped")]);
    const task = (await scene.open({ name: "looking", model, tools: [look.tool] })).task("t");
    await task.start("go");
    await gate.reached();
    await interrupt(task);
    expect((await task.until("idle")).lastTurn?.answer).toBe("stopped");
    expect(dataOf(await task.log(), "tool.returned")).toMatchObject([
      { outcome: "cancelled", interrupted: true },
    ]);
    expect(seenBy(model.requests.at(-1)).results.join()).toContain("interrupted");
    expect(look.keys).toHaveLength(1);
    expect(look.aborts()).toBe(1);
  });

  it("R72 F17 L7 never guesses at an effect: it is unknown until a person says, and only then the model is asked", async () => {
    const gate = createGate();
    const pay = countedTool({ name: "pay-long", effect: "financial", approval: "never", gate });
    const model = scriptedModel([asksFor(["pay-long", { what: "5" }]), says("stopped")]);
    const task = (await scene.open({ name: "unsure", model, tools: [pay.tool] })).task("t");
    await task.start("go");
    await gate.reached();
    await interrupt(task);
    const { operations } = await task.until("waiting-reconcile");
    expect(model.requests).toHaveLength(1);
    const operationId = operations[0]?.operationId;
    const stated = { operationId, outcome: "applied", result: "paid 5", reason: "I looked" };
    expect(await task.post("settle", stated)).toMatchObject({ status: 200 });
    expect((await task.until("idle")).lastTurn?.answer).toBe("stopped");
    expect(seenBy(model.requests.at(-1)).results.join()).toContain("paid 5");
    expect(pay.keys).toHaveLength(1);
  });

  it("R72 R31 withdraws an approval that is open: a late decision changes nothing", async () => {
    const pay = countedTool({ name: "pay-asked", effect: "financial" });
    const model = scriptedModel([asksFor(["pay-asked", { what: "5" }]), says("stopped")]);
    const task = (await scene.open({ name: "asking", model, tools: [pay.tool] })).task("t");
    await task.start("go");
    const { operations } = await task.until("waiting-approval");
    await interrupt(task);
    await task.until("idle");
    await task.decide(operations[0], "approve");
    const log = await task.log();
    expect(dataOf(log, "call.withdrawn")).toMatchObject([{ code: "interrupted" }]);
    expect(dataOf(log, "approval.withdrawn")).toHaveLength(1);
    expect(seenBy(model.requests.at(-1)).results.join()).toContain("interrupted");
    expect(pay.keys).toEqual([]);
    expect((await task.status()).status).toBe("idle");
  });
});

describe("queue", () => {
  it("F29 keeps messages until the turn ends: each is a turn of its own, in order, and answered", async () => {
    const gate = createGate();
    const look = countedTool({ name: "look-queue", gate });
    const model = scriptedModel((request) => {
      const { said, results } = seenBy(request);
      if (said.length === 1 && results.length === 0) return asksFor(["look-queue", { what: "x" }]);
      return says(`answer to ${said.at(-1)}`);
    });
    const task = (await scene.open({ name: "queueing", model, tools: [look.tool] })).task("t");
    await task.start("go");
    await gate.reached();
    const keep = (n: number) => ({ message: `later ${n}`, messageId: `q-${n}`, mode: "queue" });
    const asking = task.post("ask", keep(1));
    await task.logged("message.queued");
    expect(await task.post("send", { ...keep(2), wait: "applied" })).toMatchObject({
      body: { result: "applied", seq: expect.any(Number) as number },
    });
    // The same again is the same, while it is kept and after.
    expect(await task.post("send", keep(2))).toMatchObject({ body: { result: "duplicate" } });
    expect((await task.status()).kept).toBe(2);
    gate.open();
    expect(await asking).toMatchObject({
      body: { turn: { turn: 2, answer: "answer to later 1" } },
    });
    const view = await vi.waitFor(async () => {
      const found = await task.until("idle");
      expect(found.turn).toBe(3);
      return found;
    }, PATIENCE);
    expect(view.lastTurn?.answer).toBe("answer to later 2");
    expect(view.kept).toBeUndefined();
    expect(await task.post("send", keep(2))).toMatchObject({ body: { result: "duplicate" } });
    const received = dataOf(await task.log(), "message.received");
    expect(received.map(({ messageId, turn }) => [messageId, turn])).toEqual([
      ["start", 1],
      ["q-1", 2],
      ["q-2", 3],
    ]);
  });

  it("F29 refuses with 429 what is above the bound, and takes messages again when there is room", async () => {
    const gate = createGate();
    const look = countedTool({ name: "look-full", gate });
    const model = scriptedModel((request) =>
      seenBy(request).results.length === 0 ? asksFor(["look-full", { what: "x" }]) : says("done"),
    );
    const limits = { maxWaitingMessages: 3 };
    const desk = await scene.open({ name: "full", model, tools: [look.tool], limits });
    const task = desk.task("t");
    await task.start("go");
    await gate.reached();
    const send = (n: number, mode: string) =>
      task.post("send", { message: "m", messageId: `m-${n}`, mode, wait: "applied" });
    expect((await send(1, "queue")).status).toBe(200);
    expect((await send(2, "steer")).status).toBe(200);
    expect((await send(3, "steer")).status).toBe(200);
    for (const mode of ["steer", "queue", "interrupt"]) {
      expect(await send(4, mode)).toMatchObject({
        status: 429,
        body: { metadata: { code: "too_many_messages" } },
      });
    }
    gate.open();
    await vi.waitFor(async () => expect((await task.until("idle")).turn).toBe(2), PATIENCE);
    expect((await send(4, "steer")).status).toBe(200);
  });
});

describe("100 writers", () => {
  it("R28 F29 make one total order while a tool call is in flight: nothing lost, nothing twice", async () => {
    const gate = createGate();
    const look = countedTool({ name: "look-crowd", gate });
    const model = scriptedModel([asksFor(["look-crowd", { what: "x" }]), says("heard all")]);
    const task = (await scene.open({ name: "crowd", model, tools: [look.tool] })).task("t");
    await task.start("go");
    await gate.reached();
    await expectAll(task, await writeAll(task));
    gate.open();
    expect((await task.until("idle")).lastTurn?.answer).toBe("heard all");
    expect(seenBy(model.requests.at(-1)).said).toHaveLength(101);
    expect(look.keys).toHaveLength(1);
  });

  it("R28 F29 also while the segment fails and is tried again: all are accepted at once, and applied when it recovers", async () => {
    let broken = true;
    const gate = createGate();
    const artifacts = changedArtifacts(scene.surroundings.artifacts, (own) => ({
      put: async (bytes, mediaType) => {
        if (broken && bytes.length > 32_000) {
          void gate.pass();
          throw new Error("the store is full");
        }
        return own.put(bytes, mediaType);
      },
    }));
    const model = scriptedModel(() => says("x".repeat(40_000)));
    const app = { artifacts };
    const task = (await scene.open({ name: "failing", model, app })).task("t");
    await task.start("go");
    await gate.reached(2);
    const sent = await writeAll(task);
    expect(dataOf(await task.log(), "message.received")).toHaveLength(1);
    broken = false;
    await expectAll(task, sent);
  });
});

async function writeAll(task: Task): Promise<readonly SendResult[]> {
  const ids = Array.from({ length: 100 }, (_, n) => `w-${n}`);
  // Each is sent twice, as by a client that got no answer.
  const sent = await Promise.all([...ids, ...ids].map((id) => task.send(`I am ${id}`, id)));
  expect(sent.every(({ result }) => result === "accepted" || result === "duplicate")).toBe(true);
  return sent;
}

async function expectAll(task: Task, sent: readonly SendResult[]): Promise<void> {
  await task.logged("message.received", 101);
  const log = await task.log();
  const ids = dataOf(log, "message.received").map(({ messageId }) => messageId);
  expect(ids.toSorted()).toEqual(
    ["start", ...new Set(sent.map((each) => each.messageId))].toSorted(),
  );
  expect(chainProblem(log)).toBeUndefined();
}
