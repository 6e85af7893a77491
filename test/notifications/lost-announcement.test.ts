// Owns that a notification outlives an operator's kill which comes between a task's state and what it
// sends: the recovery sends it, under the id that it has anyway.
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { eventId } from "../../contract/event.ts";
import { createApp, defineAgent } from "../../index.ts";
import type { RequestListener } from "../../services/worker/worker-server.ts";
import { createEntryReader } from "../../testing/crash/journal-entries.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { says, scriptedModel } from "../agent/support/scripted-model.ts";
import { dataOf, PATIENCE, taskAt } from "../agent/support/task.ts";
import { createReceiver, type Receiver } from "./support/receiver.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

let scene: Scene;
let receiver: Receiver;
beforeAll(async () => {
  scene = await openScene();
  receiver = await createReceiver(SECRET);
});
afterAll(async () => {
  await scene.stop();
  await receiver.down();
});

/** The next invocation of an agent that announces something gets stuck right before that. */
function stuckAtAnnouncement(listener: RequestListener) {
  let stuck: string | undefined;
  const watched: RequestListener = (request, response) => {
    const isSegment = /\/invoke\/[^/]+\/(run|begin)$/.test(request.url);
    const id = String(request.headers["x-restate-invocation-id"]);
    if (isSegment && stuck === undefined) {
      const entriesIn = createEntryReader();
      const write = response.write.bind(response);
      const held = (chunk: Uint8Array, done?: (error?: Error) => void): boolean => {
        if (stuck === id) return true;
        const send = entriesIn(chunk).findLast(({ kind }) => kind === "send");
        const text = Buffer.from(chunk).toString("latin1");
        if (send === undefined || !text.includes("holdfast.notification")) {
          return write(chunk, done);
        }
        stuck = id;
        return write(chunk.subarray(0, Math.max(0, send.offset)), done);
      };
      response.write = held as typeof response.write;
    }
    listener(request, response);
  };
  return { watched, stuck: () => stuck };
}

describe("a segment that is killed between its state and its announcement", () => {
  it("R41 F19 is recovered, and the receiver hears of it by one id", async () => {
    const app = createApp({
      ...scene.surroundings,
      agents: [
        defineAgent({
          name: "told-once",
          instructions: "You are a clerk.",
          model: { provider: "scripted", model: "m-1" },
          tools: [],
        }),
      ],
      providers: { scripted: scriptedModel(() => says("done")) },
      credentials: { resolve: async () => ({ outcome: "ok", value: SECRET, source: "the test" }) },
      notifications: [
        { name: "ops", url: `${receiver.url}/hook`, secret: "signing", events: ["task.idle"] },
      ],
    });
    const { listener, paths } = app.mount();
    const { watched, stuck } = stuckAtAnnouncement(listener);
    const server = createServer(watched);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const path of paths) await scene.engine.admin.registerDeployment(`${base}${path}`);

    const task = taskAt(scene.engine, "told-once", "t");
    await task.start("go");
    await vi.waitFor(() => expect(stuck()).toBeDefined(), PATIENCE);
    await task.logged("turn.completed");
    await scene.engine.admin.killInvocation(stuck() ?? "");
    expect(receiver.received).toEqual([]);

    expect((await task.post("recover", { reason: "it was killed" })).status).toBe(200);
    await task.until("idle");
    await vi.waitFor(() => expect(receiver.received).not.toEqual([]), PATIENCE);
    const { taskUid } = await task.status();
    const seq = (await task.log()).find(({ type }) => type === "turn.completed")?.seq;
    expect(new Set(receiver.received.map(({ id }) => id))).toEqual(
      new Set([eventId(taskUid, seq ?? -1)]),
    );
    expect(receiver.received[0]).toMatchObject({ problem: undefined, body: { type: "task.idle" } });
    expect(dataOf(await task.log(), "segment.lost")).toHaveLength(1);
    server.close();
  });
});
