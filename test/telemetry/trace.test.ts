// Owns the trace of a task as a collector gets it: through a wait and deaths of the worker, without what
// was said in it, and however the collector does.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { dataOf, PATIENCE } from "../agent/support/task.ts";
import type { WorkerProcess } from "../support/worker-process.ts";
import type { ReceivedSpan } from "./support/otlp-receiver.ts";
import { openTracedScene, SECRET, type TracedScene } from "./support/traced-scene.ts";

const CANARY = "canary-4711";

/** By name, such as `chat m-1`, and of one task alone. */
function named(spans: readonly ReceivedSpan[], taskId: string, name: string) {
  return spans.filter(
    (span) => span.name === name && span.attributes["holdfast.task.id"] === taskId,
  );
}

/** What workers have logged. */
function linesOf(...workers: readonly WorkerProcess[]): readonly Record<string, unknown>[] {
  const lines = workers.flatMap((worker) => worker.output().trim().split("\n"));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("a task's trace", () => {
  let scene: TracedScene;
  /** Of the first test, for the second. */
  let third: WorkerProcess;
  beforeAll(async () => {
    scene = await openTracedScene();
  });
  afterAll(() => scene.stop());

  it("R3 R8 R44 F1 F39 through a park and two SIGKILLs: links hold, nothing is told twice, no content", async () => {
    const { collector, world } = scene;
    const task = scene.task("long");
    const first = await scene.spawn();
    const look = world.hold("long", `look ${CANARY} before`);
    await task.start(`long\nlook ${CANARY}, leak ${CANARY} | refund 7 | done ${CANARY}`);
    await look.reached();
    await collector.until((spans) => {
      for (const name of ["chat m-1", "execute_tool leak"])
        expect(named(spans, "long", name)).not.toEqual([]);
    });
    await first.kill();
    look.release();

    const second = await scene.spawn({}, first.port);
    const { operations, taskUid } = await task.until("waiting-approval");
    await collector.until((spans) => expect(named(spans, "long", "wait approval")).toHaveLength(1));
    await second.kill();

    third = await scene.spawn({}, first.port);
    const decidedAt = Date.now();
    await task.decide(operations[0], "approve");
    await task.until("idle");
    // On a slow machine a tool that takes long has parked the task as well.
    const segments = dataOf(await task.log(), "segment.started").map(({ segment }) => segment);
    await collector.until((spans) =>
      expect(named(spans, "long", "invoke_agent clerk").length).toBe(segments.length),
    );

    const spans = collector.spans.filter((span) => span.attributes["holdfast.task.id"] === "long");
    const count = (name: string) => named(spans, "long", name).length;
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
    for (const name of ["step 1", "step 2", "step 3", "wait approval"])
      expect(count(name), name).toBe(1);
    // Each that was made, but for what died with its worker.
    for (const [name, made] of [
      ["chat m-1", "model"],
      ["execute_tool look", `look ${CANARY} after`],
      ["execute_tool refund", "refund 7 after"],
    ] as const) {
      expect(count(name), name).toBeGreaterThan(0);
      expect(count(name), name).toBeLessThanOrEqual(world.arrivals("long", made).length);
    }
    expect(spans.every(({ attributes }) => attributes["gen_ai.conversation.id"] === taskUid)).toBe(
      true,
    );

    const ids = new Set(spans.map(({ spanId }) => spanId));
    const agents = new Map(
      named(spans, "long", "invoke_agent clerk").map((span) => [
        span.attributes["holdfast.segment"],
        span,
      ]),
    );
    for (const { name, parentId } of spans)
      expect(ids.has(parentId) || name === "invoke_agent clerk", name).toBe(true);
    expect(new Set(agents.keys())).toEqual(new Set(segments));
    for (const segment of segments) {
      const before = agents.get(segment - 1);
      const link = { traceId: before?.traceId, spanId: before?.spanId, kind: "continues" };
      expect(agents.get(segment)?.links, `of ${segment}`).toEqual(before ? [link] : []);
    }
    // Nothing is as long as the wait.
    const [wait] = named(spans, "long", "wait approval");
    const waiting = spans.find(({ spanId }) => spanId === wait?.parentId);
    expect(waiting?.endedAt).toBeLessThanOrEqual(decidedAt);
    expect(waiting).not.toBe(agents.get(segments.length));
    const [leaked] = named(spans, "long", "execute_tool leak");
    expect(leaked).toMatchObject({
      status: 2,
      attributes: { "error.type": "fault", "author.was.here": true },
    });

    const told = `${collector.bytes().toString("latin1")}${first.output()}${second.output()}${third.output()}`;
    expect(told).toContain("execute_tool look");
    expect(told).not.toContain(CANARY);
    expect(told).not.toContain(SECRET);
    // Which log line, which span and which invocation of the engine belong together.
    expect(linesOf(first, second).find(({ tool }) => tool === "leak")).toMatchObject({
      taskId: "long",
      taskUid,
      step: 1,
      operationId: leaked?.attributes["holdfast.operation.id"],
      invocationId: expect.stringMatching(/^inv_/),
    });
    expect(collector.headers[0]).toMatchObject({ authorization: `Bearer ${SECRET}` });
    expect(spans[0]?.service).toBe("clerks");
  }, 180_000);

  it("a collector that refuses: tasks go on, and the log says it once", async () => {
    const { collector } = scene;
    collector.answer(400);
    for (const id of ["deaf-1", "deaf-2"]) {
      const posts = collector.headers.length;
      await scene.task(id).start(`${id}\ndone`);
      await scene.task(id).until("idle");
      await vi.waitFor(() => expect(collector.headers.length).toBeGreaterThan(posts), PATIENCE);
    }
    collector.answer(200);
    await scene.task("heard").start("heard\ndone");
    await collector.until((spans) =>
      expect(named(spans, "heard", "invoke_agent clerk")).toHaveLength(1),
    );
    expect(await third.stop()).toBe(0);
    expect(third.output().match(/spans cannot be delivered/g)).toHaveLength(1);
    expect(third.output().match(/spans are delivered again/g)).toHaveLength(1);
  });

  it("R44 F39 with content: what was said is there, and no credential", async () => {
    const { collector } = scene;
    const worker = await scene.spawn({ CONTENT: "yes" });
    const task = scene.task("open");
    await task.start(`open\nlook ${CANARY}, leak ${CANARY} | done ${CANARY}`);
    await task.until("idle");
    expect(await worker.stop()).toBe(0);
    const [look] = named(collector.spans, "open", "execute_tool look");
    expect(look?.attributes).toMatchObject({
      "gen_ai.tool.call.arguments": `{"what":"${CANARY}"}`,
      "gen_ai.tool.call.result": `"look ${CANARY}: ok"`,
    });
    const [, chat] = named(collector.spans, "open", "chat m-1");
    expect(chat?.attributes["gen_ai.system_instructions"]).toContain("You are a clerk.");
    expect(chat?.attributes["gen_ai.input.messages"]).toContain(`look ${CANARY}: ok`);
    expect(chat?.attributes["gen_ai.output.messages"]).toContain(`done ${CANARY}`);
    expect(collector.bytes().toString("latin1")).not.toContain(SECRET);
  }, 120_000);
});

describe("a task's trace beside the engine's", () => {
  let scene: TracedScene;
  beforeAll(async () => {
    scene = await openTracedScene({ engineTraces: true });
  });
  afterAll(() => scene.stop());

  it("the engine's trace has each attempt, and either trace leads to the other", async () => {
    const { collector } = scene;
    const worker = await scene.spawn();
    const task = scene.task("both");
    await task.start(`both\nlook ${CANARY} | done`);
    await task.until("idle");
    expect(await worker.stop()).toBe(0);
    const { spans } = collector;
    for (const [own, attempt] of [
      ["invoke_agent clerk", "attempt clerk/both/begin"],
      // Inside of the action that the author's code ran in.
      ["execute_tool look", "run (execute)"],
    ] as const) {
      const [inTask] = named(spans, "both", own);
      const inEngine = spans.find(({ name }) => name === attempt);
      const link = (to: ReceivedSpan | undefined, kind: string) => ({
        traceId: to?.traceId,
        spanId: to?.spanId,
        kind,
      });
      expect(inEngine?.traceId, attempt).not.toBe(inTask?.traceId);
      expect(inTask?.links, own).toContainEqual(link(inEngine, "invocation"));
      expect(inEngine?.links, attempt).toContainEqual(link(inTask, "task"));
    }
    for (const name of ["attempt tools.look/execute", "run (model-call)"])
      expect(spans.map((span) => span.name)).toContain(name);
    expect(collector.bytes().toString("latin1")).not.toContain(CANARY);
  }, 120_000);
});
