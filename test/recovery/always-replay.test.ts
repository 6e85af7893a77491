// Owns that every handler can be replayed from its journal at every await: the engine is told to
// suspend whatever waits at once, so that each wait ends the attempt and the next one replays.
import type { Http2ServerResponse } from "node:http2";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp, createFsArtifactStore } from "../../index.ts";
import { createLogger } from "../../services/log.ts";
import { dataOf, taskAt } from "../agent/support/task.ts";
import { sayRequestResponse, serveHttp2 } from "../support/http2-server.ts";
import { CLERK, createClerk, REVIEWED, worldAt } from "./support/clerk.ts";
import {
  countOf,
  endOf,
  openRecoveryScene,
  type RecoveryScene,
  storyOf,
} from "./support/recovery-scene.ts";

const PLAN = "look a, look b | refund 7 | done *";
const STORY = [
  "task.started",
  "message.received",
  "model.answered",
  "tool.returned",
  "tool.returned",
  "model.answered",
  "approval.requested",
  "approval.opened",
  "task.parked",
  "approval.decided",
  "task.woken",
  "tool.returned",
  "model.answered",
  "turn.completed",
];

describe("with a suspension at every await", () => {
  let scene: RecoveryScene;
  let served: CountingWorker;
  beforeAll(async () => {
    scene = await openRecoveryScene();
    served = await serveCounting(scene);
  });
  afterAll(async () => {
    await scene.stop();
    await served.close();
  });

  it("R16 the same answer from the same journal, and nothing runs twice", async () => {
    const { world, engine } = scene;
    const task = await scene.start("replayed", PLAN);
    const { operations } = await task.until("waiting-approval");
    expect(await task.decide(operations[0], "approve")).toBe(202);
    const { view, log } = await endOf(task);

    expect(view.lastTurn?.answer).toBe("done look a: ok; look b: ok; refund 7: ok");
    expect(storyOf(log)).toEqual(STORY);
    expect(world.effects("replayed").map(({ what }) => what)).toEqual(["refund 7"]);
    const points = countOf(world.arrivals("replayed", ""));
    expect(points).toEqual(Object.fromEntries(Object.keys(points).map((point) => [point, 1])));

    // It did suspend: each segment at the read of the head, at each model call, at its tools
    // (two at a time may return at once); an effect at its intent and at its action, the waiter at
    // its awakeable. A read that answers soon waits for nothing.
    const attempts = served.attempts();
    const segments = dataOf(log, "segment.started").length;
    expect(segments).toBe(2);
    const executed = (attempts[`${CLERK}/begin`] ?? 0) + (attempts[`${CLERK}/wake`] ?? 0);
    expect(executed).toBeGreaterThanOrEqual(segments + segments + 3 + 2);
    expect(attempts["tools.look/execute"]).toBeGreaterThanOrEqual(2);
    expect(attempts["tools.refund/execute"]).toBe(3);
    expect(attempts["holdfast.waiter/wait"]).toBe(2);
    // And every replay fitted its journal at once.
    expect(await engine.admin.query("SELECT id, event_json FROM sys_journal_events")).toEqual([]);
  });

  it("R16 L3 waits open and end once", async () => {
    const { engine } = scene;
    const task = await scene.start("waiting", "nap 200, hear x, look a | hear y | done *");
    await task.until("waiting-event");
    const publish = (key: string) =>
      engine.call("holdfast.events/publish", { topic: "told", key, eventId: key, payload: key });
    expect((await publish("x")).status).toBe(200);
    await task.logged("wait.opened", 3);
    const [open] = (await task.until("waiting-event")).operations;
    const withdrawn = { operationId: open?.operationId, reason: "no need" };
    expect((await task.post("withdraw", withdrawn)).status).toBe(200);
    const { log } = await endOf(task);
    const ends = dataOf(log, "tool.returned").map(({ tool, via }) => `${tool} ${via}`);
    expect(ends.toSorted()).toEqual([
      "hear event",
      "hear withdrawal",
      "look undefined",
      "nap timer",
    ]);
    expect(await engine.admin.query("SELECT id, event_json FROM sys_journal_events")).toEqual([]);
  });

  it("R16 R70 an answer is put before a person and released once", async () => {
    const { engine } = scene;
    const task = taskAt(engine, REVIEWED, "held");
    await task.start("held\nlook a | done *");
    const { review } = await task.until("waiting-approval");
    const decision = { decision: "edit", digest: review?.digest, by: "ada" };
    const decide = `holdfast.approval/${review?.approvalId}/decide`;
    const edited = await engine.call(decide, { ...decision, arguments: { text: "Done." } });
    expect(edited).toMatchObject({ status: 200 });
    const { view, log } = await endOf(task);
    expect(view.lastTurn?.answer).toBe("Done.");
    expect(storyOf(log)).toEqual([
      "task.started",
      "message.received",
      "model.answered",
      "tool.returned",
      "model.answered",
      "review.due",
      "review.requested",
      "review.noticed",
      "task.parked",
      "review.noticed",
      "task.woken",
      "review.closed",
      "turn.completed",
    ]);
    expect(await engine.admin.query("SELECT id, event_json FROM sys_journal_events")).toEqual([]);
  });
});

interface CountingWorker {
  /** Requests by which the engine had a handler executed, by service and handler. */
  attempts(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** The whole app in this process, behind a listener that counts attempts. */
async function serveCounting({ engine, world }: RecoveryScene): Promise<CountingWorker> {
  const { agent, reviewed, providers } = createClerk(worldAt(world.url));
  const { listener, paths } = createApp({
    agents: [agent, reviewed],
    providers,
    artifacts: createFsArtifactStore({ directory: join(engine.directory, "artifacts") }),
    ingressUrl: engine.ingressUrl,
    adminUrl: engine.adminUrl,
    logger: createLogger("silent"),
  }).mount();
  const urls: string[] = [];
  const served = await serveHttp2((request, response) => {
    urls.push(request.url);
    if (request.url.endsWith("/discover")) replaceManifest(response);
    listener(request, response);
  });
  for (const path of paths) await engine.admin.registerDeployment(`${served.url}${path}`);
  return {
    attempts: () =>
      countOf(urls.map((url) => url.split("/invoke/")[1]).filter((each) => each !== undefined)),
    close: served.close,
  };
}

function replaceManifest(response: Http2ServerResponse): void {
  const write = response.write.bind(response) as (
    chunk: Uint8Array,
    written: (error?: Error) => void,
  ) => boolean;
  // The SDK writes what its deployment has in one piece.
  response.write = ((chunk: Uint8Array, written: (error?: Error) => void) =>
    write(sayRequestResponse(chunk), written)) as typeof response.write;
}
