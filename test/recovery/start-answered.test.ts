// Owns what holds once `start` has answered: the task is there for whoever asks, also when its worker says
// nothing more from then on, as one that dies right behind the answer.
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { App } from "../../index.ts";
import { createApp, createFsArtifactStore, defineAgent } from "../../index.ts";
import { createLogger } from "../../services/log.ts";
import { createEntryReader } from "../../testing/crash/journal-entries.ts";
import { says, scriptedModel } from "../agent/support/scripted-model.ts";
import { taskAt } from "../agent/support/task.ts";
import { type BlockedApp, serveBlocked } from "../explain/support/blocked-app.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";

let engine: TestEngine;
let served: BlockedApp;
const speaks = Promise.withResolvers<void>();
beforeAll(async () => {
  engine = await startEngine();
  const clerk = defineAgent({
    name: "clerk",
    instructions: "You answer.",
    model: { provider: "scripted", model: "m-1" },
  });
  const app = createApp({
    agents: [clerk],
    providers: { scripted: scriptedModel(() => says("done")) },
    artifacts: createFsArtifactStore({ directory: join(engine.directory, "artifacts") }),
    ingressUrl: engine.ingressUrl,
    adminUrl: engine.adminUrl,
    logger: createLogger("silent"),
  });
  served = await serveBlocked(engine, mutedBehindAnswer(app, speaks.promise));
});
afterAll(async () => {
  await engine.stop();
  await served.close();
});

it("R28 F2 a task is there as soon as `start` has answered, though its worker says no more", async () => {
  const task = taskAt(engine, "clerk", "t");
  const { created, taskUid } = await task.start("go");
  expect(created).toBe(true);
  expect(await task.status()).toMatchObject({ taskUid, status: "running" });
  expect((await task.log()).map(({ type }) => type)).toContain("message.received");
  expect(await task.start("go")).toMatchObject({ created: false, taskUid });
  speaks.resolve();
  expect((await task.until("idle")).lastTurn?.answer).toBe("done");
});

/** The app, of whose `begin` the engine hears what comes behind the answer to `start` only then. */
function mutedBehindAnswer(app: App, until: Promise<void>): App {
  const mount: App["mount"] = (only) => {
    const { listener, paths } = app.mount(only);
    const muted: typeof listener = (request, response) => {
      if (request.url.endsWith("/begin")) muteBehindAnswer(response, until);
      listener(request, response);
    };
    return { listener: muted, paths };
  };
  return { ...app, mount };
}

type Response = Parameters<ReturnType<App["mount"]>["listener"]>[1];

function muteBehindAnswer(response: Response, until: Promise<void>): void {
  const entriesIn = createEntryReader();
  const write = response.write.bind(response);
  let answered = false;
  const later = (chunk: Uint8Array, done?: () => void): void => {
    void until.then(() => write(chunk, done));
  };
  const muted = (chunk: Uint8Array, done?: () => void): boolean => {
    const entries = entriesIn(chunk);
    const answer = entries.findIndex(({ kind }) => kind === "resolve awakeable");
    if (answered) later(chunk, done);
    else if (answer === -1) write(chunk, done);
    else {
      answered = true;
      const end = entries[answer + 1]?.offset ?? chunk.length;
      write(chunk.subarray(0, end));
      later(chunk.subarray(end), done);
    }
    return true;
  };
  response.write = muted as typeof response.write;
}
