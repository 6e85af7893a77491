// Owns a task that waits for a webhook while everything under it is replaced: worker and server.
// What comes before, twice, with a bad signature and after the end resumes it once in all.
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitForEvent } from "../../tools/wait-for-event.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { asksFor, says, scriptedModel, type Step } from "../agent/support/scripted-model.ts";
import { dataOf } from "../agent/support/task.ts";
import { deskAt } from "../inbox/support/desk.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const FORGED = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const AT = { topic: "parcel.arrived", key: "p-1" };

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

describe("a task that waits for a webhook", () => {
  const desk = deskAt(() => scene.engine);
  const wants = asksFor(["wait_for_event", AT]);
  const open = (...script: readonly Step[]) =>
    scene.open({
      name: "postman",
      model: scriptedModel(script),
      tools: [waitForEvent],
      app: {
        credentials: {
          resolve: async () => ({ outcome: "ok", value: SECRET, source: "the test" }),
        },
        webhooks: {
          sources: {
            post: {
              secrets: ["post"],
              topic: AT.topic,
              key: (body) => String((body as { readonly parcel?: unknown }).parcel),
            },
          },
        },
      },
      only: { control: true },
    });
  const webhook = async (id: string, secret = SECRET) => {
    const body = '{"parcel":"p-1"}';
    const now = new Date();
    const response = await fetch(`${scene.engine.ingressUrl}/holdfast.webhook/post/receive`, {
      method: "POST",
      body,
      headers: {
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
        "webhook-signature": new Webhook(secret).sign(id, now, body),
      },
    });
    const answer = (await response.json()) as { readonly result?: string };
    return answer.result ?? response.status;
  };

  it("R32 R41 F32 F33 F34 is resumed once, on a fresh worker, after the server was killed", async () => {
    const first = await open(wants);
    const task = first.task("t");
    await task.start("Wait for the parcel.");
    await task.until("waiting-event");
    await first.worker.drain();
    await scene.engine.server.kill();
    await scene.engine.restart();
    await open(says("it is here"));

    expect(await webhook("m-1", FORGED)).toBe(401);
    expect((await task.status()).status).toBe("waiting-event");
    expect(await webhook("m-1")).toBe("delivered");
    await task.until("idle");
    expect(await webhook("m-1")).toBe("duplicate");
    expect(await webhook("m-2")).toBe("kept");
    const log = await task.log();
    expect(dataOf(log, "tool.returned")).toMatchObject([
      { outcome: "ok", result: { text: expect.stringContaining('"parcel"') as string } },
    ]);
    expect(dataOf(log, "turn.completed")).toHaveLength(1);

    // The one that was kept came before the next wait, which is over at once.
    const early = (await open(wants, says("it was here"))).task("early");
    await early.start("Wait for the next one.");
    await early.until("idle");
    expect((await desk.show(AT)).kept).toEqual([]);
    expect(await task.log()).toEqual(log);
  });

  it("R41 R80 answers `late` once the waiting task is cancelled, and leaves no wait behind", async () => {
    const task = (await open(wants)).task("cancelled");
    await task.start("Wait for the parcel.");
    await task.until("waiting-event");
    await task.post("cancel", { reason: "not wanted" });
    await task.until("cancelled");
    await expect.poll(async () => (await desk.show(AT)).waits, { timeout: 30_000 }).toEqual([]);
    expect(await webhook("m-9")).toBe("late");
    expect((await desk.show(AT)).kept).toEqual([]);
  });
});
