// Owns that what goes on is told by a gateway, and not asked for again and again: the log that is followed,
// and the tasks that are watched.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { RunningGateway } from "../../index.ts";
import { createGateway } from "../../index.ts";
import { createLogger } from "../../services/log.ts";
import { PATIENCE } from "../agent/support/task.ts";
import { type GatewayScene, openGatewayScene } from "../gateway/support/gateway-scene.ts";
import { startCli } from "./support/run-cli.ts";

describe("what goes on, at a gateway", () => {
  let scene: GatewayScene;
  let running: RunningGateway;

  const serve = async (port = 0): Promise<void> => {
    const { ingressUrl, adminUrl } = scene.engine;
    const logger = createLogger("silent");
    running = await createGateway({ ingressUrl, adminUrl, logger }).serve({ port, graceMs: 0 });
  };
  const post = async (path: string, body: object): Promise<void> => {
    const url = `http://127.0.0.1:${running.port}/v1/agents/desk/tasks/${path}`;
    const headers = { "content-type": "application/json" };
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
  };
  /** How often the gateway that runs now was asked for a route. */
  const asked = async (route: string): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${running.port}/metrics`)).text();
    const counts = text.matchAll(
      /^holdfast_gateway_requests_total\{route="([^"]+)",status="\d+"\} (\d+)$/gm,
    );
    return [...counts].reduce((sum, [, name, n]) => sum + (name === route ? Number(n) : 0), 0);
  };
  const cli = (args: string) =>
    startCli(args.split(" "), { env: { HOLDFAST_URL: `http://127.0.0.1:${running.port}` } });

  beforeAll(async () => {
    scene = await openGatewayScene();
    await serve();
  });
  afterAll(async () => {
    await running.close();
    await scene.stop();
  });

  it("R75 log --follow reads the stream: each event once, behind a gateway that was away, up to the task's end", async () => {
    await post("followed/start", { message: "hello" });
    const follower = cli("log desk/followed --follow --json");
    const seqs = (): readonly number[] =>
      follower
        .said()
        .stdout.split("\n")
        .filter((line) => line !== "")
        .map((line) => (JSON.parse(line) as { readonly seq: number }).seq);
    await vi.waitFor(() => expect(seqs().length).toBeGreaterThan(3), PATIENCE);
    await vi.waitFor(async () => expect(await asked("task.stream")).toBe(1), PATIENCE);
    expect(await asked("task.events")).toBe(0);

    const { port } = running;
    await running.close();
    await serve(port);
    await post("followed/send", { message: "again" });
    await vi.waitFor(() => expect(follower.said().stdout).toContain("again"), PATIENCE);
    // It is answered first.
    await vi.waitFor(() => post("followed/complete", { reason: "done with it" }), PATIENCE);
    const { code, stderr } = await follower.outcome;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(seqs()).toEqual(seqs().map((_, index) => index));
    expect(follower.said().stdout).toContain("task.completed");
  }, 120_000);

  it("R75 tasks watch looks when the fleet's stream tells it to", async () => {
    await post("watched/start", { message: "question" });
    const watcher = cli("tasks watch desk/watched --until completed --json");
    await vi.waitFor(() => expect(watcher.said().stdout).toContain("waiting-event"), PATIENCE);
    await vi.waitFor(async () => expect(await asked("fleet.stream")).toBe(1), PATIENCE);
    await post("watched/cancel", { reason: "nobody answers" });
    const { code, stderr } = await watcher.outcome;
    expect(code).toBe(4);
    expect(stderr).toContain("desk/watched is cancelled, and will never be completed");
  }, 120_000);

  it("a gateway that cannot be reached, or has no such task, is told of at once", async () => {
    const missing = await cli("log desk/nobody --follow").outcome;
    expect(missing.stderr).toContain("there is no task nobody of desk that you may see");
    const env = { HOLDFAST_URL: "http://127.0.0.1:9" };
    const away = await startCli(["log", "desk/nobody", "--follow"], { env }).outcome;
    expect(away.stderr).toContain("does not answer");
  });
});
