// Owns what artifacts are to tasks on a real server: each tenant's alone (R47), out of the journal
// however large (R30), and waited for while the storage is down (F37).
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { ArtifactRef } from "../../contract/artifact.ts";
import type { EventData } from "../../contract/event.ts";
import { artifactRefSchema } from "../../contract/artifact.ts";
import { createS3ArtifactStore, delegate, defineTool, toolFailure } from "../../index.ts";
import { type Desk, openScene, type Scene } from "../agent/support/scene.ts";
import { asksFor, says, scriptedModel } from "../agent/support/scripted-model.ts";
import { dataOf } from "../agent/support/task.ts";
import { S3_BUCKET, S3_CREDENTIALS, type S3Server, startS3Server } from "./support/s3-server.ts";

const PICTURE = randomBytes(20_000_000);
const SKETCH = PICTURE.subarray(0, 40_000);

const draw = defineTool({
  name: "draw",
  description: "Draws a picture.",
  input: z.strictObject({ what: z.enum(["picture", "sketch"]) }),
  output: z.object({ picture: artifactRefSchema, notes: z.string() }),
  effect: "read",
  retry: { maxAttempts: 5, initialIntervalMs: 1, maxIntervalMs: 1 },
  execute: async ({ what }, { artifacts }) => {
    const picture = await artifacts.put(what === "picture" ? PICTURE : SKETCH, "image/png");
    return { picture, notes: "drawn" };
  },
});
const look = defineTool({
  name: "look",
  description: "Looks at an artifact.",
  input: z.strictObject({ sha256: z.string(), why: z.string().optional() }),
  output: z.object({ size: z.number() }),
  effect: "read",
  execute: async ({ sha256 }, { artifacts }) => {
    const bytes = await artifacts.find(sha256);
    if (bytes === undefined) throw toolFailure("artifact_not_found", "There is no such artifact.");
    return { size: bytes.length };
  },
});
const recite = defineTool({
  name: "recite",
  description: "Recites a long text.",
  input: z.strictObject({}),
  output: z.string(),
  effect: "read",
  execute: () => "verse ".repeat(20_000),
});

let scene: Scene;
let s3: S3Server;
let artist: Desk;
/** The tool that the model asks for next, of each task. */
const wanted = new Map<string, readonly [string, unknown]>();

beforeAll(async () => {
  [scene, s3] = await Promise.all([openScene(), startS3Server()]);
  const artifacts = createS3ArtifactStore({
    bucket: S3_BUCKET,
    region: "us-east-1",
    endpoint: s3.endpoint,
    pathStyle: true,
    credentials: S3_CREDENTIALS,
  });
  const model = scriptedModel(({ messages }) => {
    const last = messages.at(-1);
    if (last?.role !== "user") return says("done");
    const [part] = last.parts;
    const ask = part?.type === "text" ? wanted.get(part.text) : undefined;
    return ask === undefined ? says("seen") : asksFor(ask);
  });
  const tools = [draw, look, recite, delegate({ agents: [{ name: "artist" }] })];
  const limits = { toolWaitMs: 20_000 };
  artist = await scene.open({ name: "artist", model, tools, limits, app: { artifacts } });
});
afterAll(async () => {
  await scene.stop();
  await s3.close();
});

const keysOf = ({ sha256 }: ArtifactRef) =>
  [...s3.objects.keys()].filter((key) => key.endsWith(sha256));
const startFor = async (id: string, tenant: string | undefined, message: unknown = id) => {
  const task = artist.task(id);
  return { task, answer: await task.post("start", { message, tenant }) };
};
const returnedOf = async (
  id: string,
  tenant: string | undefined,
  call: readonly [string, unknown],
) => {
  wanted.set(id, call);
  const { task } = await startFor(id, tenant);
  await task.until("idle");
  const [returned] = dataOf(await task.log(), "tool.returned");
  if (returned === undefined) throw new Error("no tool has returned");
  return returned;
};
const drawn = async (id: string, what = "sketch"): Promise<ArtifactRef> => {
  const returned = await returnedOf(id, "acme", ["draw", { what }]);
  if (returned.outcome !== "ok" || !("text" in returned.result)) throw new Error("nothing drawn");
  return (JSON.parse(returned.result.text) as { picture: ArtifactRef }).picture;
};
const journalOf = (select: string) => scene.engine.admin.query(`SELECT ${select} FROM sys_journal`);

describe("artifacts of tasks", () => {
  it("R30 F37 20 MB of a tool are stored once, after an outage, and are a reference in the journal", async () => {
    let failures = 3;
    s3.fault = ({ method }) => {
      if (method !== "PUT" || failures === 0) return undefined;
      failures -= 1;
      return { kind: "answers", status: 503, code: "SlowDown" };
    };
    const picture = await drawn("large", "picture");
    expect(failures).toBe(0);
    expect(picture).toMatchObject({ size: PICTURE.length, mediaType: "image/png" });
    const [{ longest } = {}] = await journalOf("max(length(encode(raw, 'hex')) / 2) AS longest");
    expect(longest).toBeLessThan(4096);
    const bytes = await createStore().get(picture);
    expect(PICTURE.equals(bytes)).toBe(true);
    expect(await drawn("again", "picture")).toEqual(picture);
    const [key, ...more] = keysOf(picture);
    expect(more).toEqual([]);
    expect(s3.requests.filter((request) => request === `PUT ${key}`).length).toBeLessThanOrEqual(4);
  });

  it("R30 F37 a result that the runtime itself puts there waits for the storage, however long it is down", async () => {
    let failures = 4;
    s3.fault = ({ key }) => {
      if (!key.startsWith("tenants/patient/") || failures === 0) return undefined;
      failures -= 1;
      return { kind: "answers", status: 500, code: "InternalError" };
    };
    const returned = await returnedOf("patient", "patient", ["recite", {}]);
    expect(returned).toMatchObject({ outcome: "ok", result: { artifact: { size: 120_000 } } });
    expect(failures).toBe(0);
    expect([...s3.objects.keys()].filter((key) => key.startsWith("tenants/patient/"))).toHaveLength(
      2,
    );
  });

  it("R47 a task finds what its own tenant has, and another's is not there, as what never was", async () => {
    const picture = await drawn("own");
    // So long that the arguments themselves are an artifact of the tenant.
    const ask = ["look", { sha256: picture.sha256, why: "to see ".repeat(6_000) }] as const;
    expect(await returnedOf("acme-looks", "acme", ask)).toMatchObject({
      outcome: "ok",
      result: { text: `{"size":${SKETCH.length}}` },
    });
    const never = ["look", { sha256: "0".repeat(64) }] as const;
    const unknown = failureOf(await returnedOf("nobody-looks", "zenith", never));
    for (const tenant of ["zenith", "Acme", "../acme", undefined]) {
      expect(failureOf(await returnedOf(`looks-${tenant}`, tenant, ask)), tenant).toEqual(unknown);
    }
  });

  it("R47 a message that names what the task's tenant does not have is refused, and says no more than that", async () => {
    const picture = await drawn("shown");
    const showing = (artifact: ArtifactRef) => [{ type: "image", artifact }];
    const { task } = await startFor("theirs", "zenith", "hello");
    await task.until("idle");
    const attempts: readonly [string, string, object][] = [
      ["new-of-zenith", "start", { tenant: "zenith" }],
      ["new-of-nobody", "start", {}],
      ["new-by-ask", "ask", {}],
      ["theirs", "send", {}],
      ["theirs", "ask", {}],
    ];
    for (const [id, verb, more] of attempts) {
      const answers = [];
      for (const sha256 of [picture.sha256, "0".repeat(64)]) {
        const message = showing({ ...picture, sha256 });
        const answer = await artist.task(id).post(verb, { message, ...more });
        answers.push(JSON.stringify(answer).replaceAll(sha256, "<digest>"));
      }
      expect(answers[0], `${verb} ${id}`).toBe(answers[1]);
      expect(answers[0]).toContain('"status":404');
      expect(answers[0]).toContain('"code":"artifact_not_found"');
    }
    expect((await task.status()).turn).toBe(1);
    // Its own task takes it, and its model sees it; with another size it is another thing.
    const wrong = await startFor("wrong", "acme", showing({ ...picture, size: 1 }));
    expect(wrong.answer).toMatchObject({ status: 404 });
    const right = await startFor("right", "acme", showing(picture));
    expect((await right.task.until("idle")).lastTurn?.answer).toBe("seen");
    const sent = await right.task.post("send", { message: showing(picture), messageId: "m-2" });
    expect(sent).toMatchObject({ status: 200, body: { result: "accepted" } });
    await right.task.logged("turn.completed", 2);
  });

  it("R47 R82 a child has its parent's tenant, and so its parent's artifacts", async () => {
    const { sha256 } = await drawn("family");
    wanted.set("look for me", ["look", { sha256 }]);
    const returned = await returnedOf("parent", "acme", [
      "delegate",
      { agent: "artist", message: "look for me" },
    ]);
    expect(returned).toMatchObject({ outcome: "ok" });
    const [child] = dataOf(await artist.task("parent").log(), "child.started");
    const log = await artist.task(child?.taskId ?? "").log();
    expect(dataOf(log, "tool.returned")).toMatchObject([{ tool: "look", outcome: "ok" }]);
  });
});

function failureOf(returned: EventData["tool.returned"]) {
  if (returned.outcome !== "error") throw new Error(`the tool's outcome is ${returned.outcome}`);
  return { code: returned.code, message: returned.message };
}

function createStore() {
  return createS3ArtifactStore({
    bucket: S3_BUCKET,
    region: "us-east-1",
    endpoint: s3.endpoint,
    pathStyle: true,
    credentials: S3_CREDENTIALS,
  }).ofTenant("acme");
}
