// Shows what readers of a task's stream see: the log without a gap and without a repeat, whatever is cut
// or killed, and the model's text while it is written, none of which enters the journal (R104, R10).
import { join } from "node:path";
import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { StatusView } from "../../contract/api.ts";
import {
  type Authentication,
  createApp,
  createFsArtifactStore,
  createGateway,
  createLiveHub,
  defineAgent,
  newApiKey,
  openaiChat,
  type RunningGateway,
  type Worker,
} from "../../index.ts";
import { freePorts } from "../../services/engine/ports.ts";
import { createLogger } from "../../services/log.ts";
import { PATIENCE, taskAt } from "../agent/support/task.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import type { TestEngine } from "../support/restate.ts";
import { spawnProcess, type WorkerProcess } from "../support/worker-process.ts";
import { openReader, type Read, type Reader } from "./support/reader.ts";

const STORY = Array.from({ length: 40 }, (_, n) => `This is sentence ${n} of the story.`).join(" ");
const WORKER = new URL("support/worker.ts", import.meta.url);

let scene: Scene;
let engine: TestEngine;
let model: LLMock;
beforeAll(async () => {
  scene = await openScene();
  engine = scene.engine;
  model = new LLMock({ port: 0, host: "127.0.0.1", chunkSize: 10, latency: 12 });
  await model.start();
  model.onMessage(/story/, { content: STORY });
  model.onMessage(/hello/, { content: "Good day." });
});
afterAll(async () => {
  await scene.stop();
  await model.stop();
});

const ann = newApiKey();
const bob = newApiKey();
const pusher = newApiKey();
const authentication: Authentication = {
  apiKeys: [
    { sha256: ann.sha256, tenant: "acme", principal: "ann", roles: ["user"] },
    { sha256: bob.sha256, tenant: "globex", principal: "bob", roles: ["user"] },
    { sha256: pusher.sha256, principal: "workers", roles: ["worker"] },
  ],
};

const textIn = (reads: readonly Read[]): string =>
  reads.flatMap(({ event, data }) => (event === "text" ? [String(data["text"])] : [])).join("");
const logIn = (reads: readonly Read[]): readonly number[] =>
  reads.flatMap(({ event, data }) => (event === "log" ? [Number(data["seq"])] : []));

describe("R104 the stream of a task", () => {
  let gateway: RunningGateway;
  let worker: WorkerProcess;
  const url = (path: string) => `http://127.0.0.1:${gateway.port}/v1/agents/writer/tasks/${path}`;
  const post = async (path: string, body: object, key = ann.key) => {
    const response = await fetch(url(path), {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(response.status, await response.clone().text()).toBe(200);
    return response.json() as Promise<StatusView>;
  };
  beforeAll(async () => {
    const { ingressUrl, adminUrl } = engine;
    const logger = createLogger("silent");
    gateway = await createGateway({ ingressUrl, adminUrl, authentication, logger }).serve({
      port: 0,
    });
  });
  afterAll(async () => {
    await gateway.close();
    await worker.kill();
  });

  it("R10 is whole and in order through 50 cuts and a killed worker, and says that the answer begins anew", async () => {
    const env = {
      INGRESS_URL: engine.ingressUrl,
      ADMIN_URL: engine.adminUrl,
      MODEL_URL: `${model.url}/v1`,
      GATEWAY_URL: `http://127.0.0.1:${gateway.port}`,
      WORKER_KEY: pusher.key,
      ARTIFACTS: join(engine.directory, "writer-artifacts"),
    };
    const [port = 0] = await freePorts(1);
    worker = await spawnProcess(WORKER, port, env);
    await post("t/start", { message: "hello" });
    const steady = openReader(url("t/stream"), ann.key);
    const shaken: Reader[] = [0, 1].map(() => openReader(url("t/stream"), ann.key));
    const cutting = setInterval(() => shaken.forEach((each) => each.cut()), 60);
    try {
      await vi.waitFor(() => expect(logIn(steady.read).length).toBeGreaterThan(3), PATIENCE);
      await post("t/send", { message: "Tell a story." });
      await vi.waitFor(() => expect(textIn(steady.read)).toContain("sentence 3"), PATIENCE);
      await worker.kill();
      worker = await spawnProcess(WORKER, port, env, ["again"]);
      await vi.waitFor(
        () => shaken.forEach((each) => expect(each.connections()).toBeGreaterThan(25)),
        PATIENCE,
      );
      await post("t/send", { message: "hello again", mode: "queue" });
      const done = await vi.waitFor(async () => {
        const view = await taskAt(engine, "writer", "acme/t").status();
        expect(view).toMatchObject({ status: "idle", turn: 3 });
        return view;
      }, PATIENCE);
      clearInterval(cutting);
      await post("t/cancel", { reason: "that was all" });
      await Promise.all([steady, ...shaken].map(({ ended }) => ended));
      const log = await taskAt(engine, "writer", "acme/t").log();
      expect(log.length).toBeGreaterThan(done.cursor);
      for (const { read } of [steady, ...shaken]) {
        expect(logIn(read)).toEqual(log.map(({ seq }) => seq));
        expect(read.filter(({ event }) => event === "log").map(({ data }) => data)).toEqual(log);
      }
      // Who was there all the time was told that it begins anew, and then had all of it.
      const marks = steady.read.filter(({ event }) => event === "restarted");
      expect(marks).toMatchObject([{ data: { step: 2 } }]);
      const again = steady.read.slice(steady.read.indexOf(marks[0] as Read));
      const attempt = marks[0]?.data["attempt"];
      expect(textIn(again.filter(({ data }) => data["attempt"] === attempt))).toBe(STORY);
      // The text was there before the answer was.
      const answered = again.findIndex(({ data }) => data["type"] === "model.answered");
      expect(again.findIndex(({ event }) => event === "text")).toBeLessThan(answered);
    } finally {
      clearInterval(cutting);
      await Promise.all([steady, ...shaken].map((each) => each.stop()));
    }
  });

  it("R47 is of one tenant, and begins where the log is", async () => {
    const stream = (path: string, key: string, headers = {}) =>
      fetch(url(path), { headers: { authorization: `Bearer ${key}`, ...headers } });
    const answers = [
      [await stream("t/stream", bob.key), 404, "task_not_found"],
      [await stream("nobodys/stream", ann.key), 404, "task_not_found"],
      [await stream("t/stream?after=100000", ann.key), 400, "invalid_cursor"],
      [await stream("t/stream?after=soon", ann.key), 400, "invalid_input"],
      [await stream("t/stream", ann.key, { "last-event-id": "x" }), 400, "invalid_cursor"],
      [await stream("t/stream", pusher.key), 403, "forbidden"],
    ] as const;
    for (const [answer, status, code] of answers) {
      const body = (await answer.json()) as { readonly code: string };
      expect(answer.status).toBe(status);
      expect(body.code).toBe(code);
    }
    const told = await fetch(`http://127.0.0.1:${gateway.port}/v1/live`, {
      method: "POST",
      headers: { authorization: `Bearer ${ann.key}`, "content-type": "application/json" },
      body: JSON.stringify({ news: [] }),
    });
    expect(told.status).toBe(403);
  });

  it("R104 of a task that has ended is all of its log, and the end", async () => {
    const reader = openReader(url("t/stream?after=2"), ann.key);
    await reader.ended;
    const log = await taskAt(engine, "writer", "acme/t").log();
    expect(logIn(reader.read)).toEqual(log.slice(3).map(({ seq }) => seq));
    expect(reader.read.at(-1)).toMatchObject({ event: "end", data: { cursor: log.length - 1 } });
    const nothing = openReader(url(`t/stream?after=${log.length - 1}`), ann.key);
    await nothing.ended;
    expect(nothing.read).toHaveLength(1);
  });
});

describe("R104 text in one process", () => {
  const hub = createLiveHub();
  const workers: Worker[] = [];
  let gateway: RunningGateway;
  beforeAll(async () => {
    const { ingressUrl, adminUrl } = engine;
    const around = {
      ingressUrl,
      adminUrl,
      logger: createLogger("silent"),
      artifacts: createFsArtifactStore({ directory: join(engine.directory, "artifacts") }),
      providers: { model: openaiChat({ apiKey: "test", baseURL: `${model.url}/v1` }) },
    };
    const agentOf = (name: string) =>
      defineAgent({ name, instructions: "You write.", model: { provider: "model", model: "m-1" } });
    const reviewed = defineAgent({
      name: "careful",
      instructions: "You write.",
      model: { provider: "model", model: "m-1" },
      review: "always",
    });
    const only = { waiters: false };
    const open = async (options: Parameters<typeof createApp>[0]) => {
      const worker = await createApp(options).serve({ port: 0, only });
      workers.push(worker);
      await worker.register();
    };
    await open({ ...around, agents: [agentOf("silent")] });
    // Last: approvals are served by the app whose agents they are of.
    await open({ ...around, agents: [agentOf("teller"), reviewed], live: hub });
    gateway = await createGateway({ ...around, live: hub }).serve({ port: 0 });
  });
  afterAll(async () => {
    await gateway.close();
    await Promise.all(workers.map((worker) => worker.drain()));
  });

  const entriesOf = async (agent: string): Promise<readonly string[]> => {
    const rows = await engine.admin.query(
      `SELECT j.entry_type, j.name FROM sys_journal j JOIN sys_invocation i ON i.id = j.id
       WHERE i.target_service_name = '${agent}' AND i.target_handler_name = 'begin' ORDER BY j.index`,
    );
    return rows.map(({ entry_type: type, name }) => `${String(type)} ${String(name)}`);
  };

  it("comes while it is written, to who comes in the middle as well, and adds no entry to the journal", async () => {
    const stream = (agent: string) =>
      openReader(`http://127.0.0.1:${gateway.port}/v1/agents/${agent}/tasks/t/stream`, "none");
    const [teller, silent] = ["teller", "silent"].map((agent) => taskAt(engine, agent, "t"));
    await Promise.all([teller?.start("Tell a story."), silent?.start("Tell a story.")]);
    const first = stream("teller");
    await vi.waitFor(() => expect(textIn(first.read)).toContain("sentence 5"), PATIENCE);
    const second = stream("teller");
    const alone = stream("silent");
    await Promise.all([teller?.until("idle"), silent?.until("idle")]);
    const length = (await teller?.log())?.length ?? 0;
    for (const each of [first, second, alone])
      await vi.waitFor(() => expect(logIn(each.read)).toHaveLength(length), PATIENCE);
    expect(textIn(first.read)).toBe(STORY);
    expect(textIn(second.read)).toBe(STORY);
    expect(textIn(alone.read)).toBe("");
    expect(await entriesOf("teller")).toEqual(await entriesOf("silent"));
    await Promise.all([first, second, alone].map((each) => each.stop()));
  });

  it("R70 is not told of an answer that a person has to release", async () => {
    const heard: unknown[] = [];
    const stop = hub.follow({ agent: "careful", taskId: "t" }, (news) => heard.push(news));
    const task = taskAt(engine, "careful", "t");
    await task.start("Tell a story.");
    await task.until("waiting-approval");
    stop();
    expect(heard.length).toBeGreaterThan(0);
    expect(JSON.stringify(heard)).not.toContain("sentence");
  });

  it("R104 the fleet's stream tells of each task that changes", async () => {
    const since = Date.now();
    const fleet = openReader(`http://127.0.0.1:${gateway.port}/v1/stream?since=${since}`, "none");
    const ids = ["f-1", "f-2", "f-3"];
    await Promise.all(ids.map((id) => taskAt(engine, "teller", id).start("hello")));
    const idle = () =>
      fleet.read.filter(({ data }) => data["status"] === "idle").map(({ data }) => data["taskId"]);
    await vi.waitFor(() => expect(idle()).toEqual(expect.arrayContaining(ids)), PATIENCE);
    fleet.cut();
    await taskAt(engine, "teller", "f-2").post("cancel", { reason: "that was all" });
    const ended = () =>
      fleet.read
        .filter(({ data }) => data["status"] === "cancelled")
        .map(({ data }) => data["taskId"]);
    await vi.waitFor(() => expect(ended()).toContain("f-2"), PATIENCE);
    expect(fleet.connections()).toBe(2);
    await fleet.stop();
  });
});
