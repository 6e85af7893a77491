// Owns that a worker takes work from its own Restate server and from nobody else: requests are signed
// by the server's identity key, and every other one is refused before any handler runs.
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp, createFsArtifactStore, defineAgent, type Worker } from "../../index.ts";
import { createLogger } from "../../services/log.ts";
import { says, scriptedModel } from "../agent/support/scripted-model.ts";
import { taskAt } from "../agent/support/task.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import { newRequestIdentity, type RequestIdentity } from "./support/request-identity.ts";

let directory: string;
let identity: RequestIdentity;
let engine: TestEngine;
let worker: Worker;
const model = scriptedModel(() => says("hello"));

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-identity-"));
  identity = await newRequestIdentity(join(directory, "identity.pem"));
  engine = await startEngine({
    RESTATE_WORKER__INVOKER__REQUEST_IDENTITY_PRIVATE_KEY_PEM_FILE: identity.privateKeyFile,
  });
  worker = await appWith([identity.publicKey]).serve({ port: 0 });
  await worker.register();
});
afterAll(async () => {
  await engine.stop();
  await worker.drain();
  await rm(directory, { recursive: true, force: true });
});

function appWith(identityKeys: readonly string[]) {
  return createApp({
    agents: [
      defineAgent({
        name: "desk",
        instructions: "You are a clerk.",
        model: { provider: "scripted", model: "m-1" },
      }),
    ],
    providers: { scripted: model },
    artifacts: createFsArtifactStore({ directory: join(directory, "artifacts") }),
    ingressUrl: engine.ingressUrl,
    adminUrl: engine.adminUrl,
    logger: createLogger("silent"),
    identityKeys,
  });
}

/** What a worker answers to a request that reaches it past the server. */
async function knock(
  at: Worker,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const session = connect(`http://127.0.0.1:${at.port}`);
  try {
    return await new Promise<number>((resolve, reject) => {
      session.once("error", reject);
      const stream = session.request({ ":method": "POST", ":path": path, ...headers });
      stream.once("response", (head) => resolve(Number(head[":status"])));
      stream.once("error", reject);
      stream.end();
    });
  } finally {
    session.destroy();
  }
}

const INVOCATION = { "content-type": "application/vnd.restate.invocation.v5" };

describe("R47 a worker with request identity keys", () => {
  it("is worked with by the server that has the private one", async () => {
    expect(engine.log.join("\n")).toContain(identity.publicKey);
    const answer = await taskAt(engine, "desk", "signed").ask({ message: "hello" });
    expect(answer.turn?.answer).toBe("hello");
  });

  it.each([
    ["unsigned", {}],
    ["said to be signed, without a signature", { "x-restate-signature-scheme": "v1" }],
    [
      "signed by nobody",
      { "x-restate-signature-scheme": "v1", "x-restate-jwt-v1": "e30.e30.AAAA" },
    ],
    ["said to need no signature", { "x-restate-signature-scheme": "unsigned" }],
  ])("refuses what is %s, at every path, and runs nothing", async (_, headers) => {
    const asked = model.requests.length;
    for (const path of [
      "/agents/invoke/desk/run",
      "/agents/invoke/desk/status",
      "/control/invoke/holdfast.stops/stop",
      "/waiters/v1/invoke/holdfast.waiter/wait",
      "/agents/discover",
    ]) {
      const status = await knock(worker, path, { ...INVOCATION, ...headers });
      expect(status, path).toBe(401);
    }
    expect(model.requests).toHaveLength(asked);
  });

  it("is not worked with by a server of another key: it cannot even be registered", async () => {
    const other = await newRequestIdentity(join(directory, "other.pem"));
    const foreign = await appWith([other.publicKey]).serve({ port: 0 });
    await expect(foreign.register()).rejects.toThrow("401");
    await foreign.drain();
    // The desk is still the one that was registered first.
    const answer = await taskAt(engine, "desk", "after").ask({ message: "hello" });
    expect(answer.turn?.answer).toBe("hello");
  });

  it("takes a server of either key while they are replaced", async () => {
    const next = await newRequestIdentity(join(directory, "next.pem"));
    const both = await appWith([next.publicKey, identity.publicKey]).serve({ port: 0 });
    await expect(both.register()).resolves.toBeUndefined();
    await both.drain();
    await worker.register();
  });
});
