// Owns webhooks on the real server, through a whole app: signed ones reach who waits, once; all
// others get one and the same answer, are counted, and leave no trace.
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { CredentialResolver } from "../../contract/credential.ts";
import type { WebhookView } from "../../contract/webhook.ts";
import { createApp, createFsArtifactStore } from "../../index.ts";
import type { Worker } from "../../index.ts";
import { createLogger } from "../../services/log.ts";
import { PATIENCE } from "../agent/support/task.ts";
import { deskAt } from "../inbox/support/desk.ts";
import { watcher } from "../inbox/support/watcher.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";

const FIRST = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SECOND = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const THIRD = "whsec_9o1ovpcQ1lhKfMWsUnq9A0pHzNbbLJQ2";
const SENTENCE = "a sentence that is in no log";

// By tenant and name; what is absent is missing.
const secrets = new Map([
  ["/old", FIRST],
  ["acme/old", SECOND],
]);
const credentials: CredentialResolver = {
  resolve: async ({ name, tenant = "" }) => {
    const value = secrets.get(`${tenant}/${name}`);
    return value === undefined
      ? { outcome: "missing", fix: "add it" }
      : { outcome: "ok", value, source: "the test" };
  },
};

interface Order {
  readonly order?: string;
}
const source = {
  secrets: ["old", "new"],
  topic: "order.paid",
  key: (body: unknown) => (body as Order).order ?? "",
};

function keyless(): never {
  throw new Error("no key");
}

describe("webhooks", () => {
  let engine: TestEngine;
  let worker: Worker;
  const lines: string[] = [];
  const desk = deskAt(() => engine);
  beforeAll(async () => {
    engine = await startEngine();
    await engine.serveEndpoint([watcher]);
    worker = await createApp({
      artifacts: createFsArtifactStore({ directory: `${engine.directory}/artifacts` }),
      ingressUrl: engine.ingressUrl,
      adminUrl: engine.adminUrl,
      logger: createLogger("trace", { write: (line) => lines.push(line) }),
      credentials,
      webhooks: {
        sources: {
          shop: source,
          acme: { ...source, tenant: "acme" },
          keyless: { ...source, key: keyless },
          secretless: { ...source, secrets: ["nowhere"] },
          renamed: { ...source, payload: (body) => ({ paid: (body as Order).order }) },
        },
      },
    }).serve({ port: 0 });
    await worker.register();
  });
  afterAll(async () => {
    await engine.stop();
    await worker.drain();
  });

  interface Sent {
    readonly to?: string;
    readonly id?: string;
    readonly secret?: string;
    readonly at?: number;
    readonly headers?: Record<string, string>;
  }
  const send = async (body: string, sent: Sent = {}) => {
    const { to = "shop", id = "m-1", secret = FIRST, at = Date.now(), headers = {} } = sent;
    const response = await fetch(`${engine.ingressUrl}/holdfast.webhook/${to}/receive`, {
      method: "POST",
      body,
      headers: {
        "content-type": "text/plain",
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(at / 1_000)),
        "webhook-signature": new Webhook(secret).sign(id, new Date(at), body),
        ...headers,
      },
    });
    return { status: response.status, text: await response.text() };
  };
  const refusals = async (name: string) =>
    (await engine.call(`holdfast.webhook/${name}/show`)).body as WebhookView;

  it("R32 R41 F33 reaches who waits with the exact body, once, whichever secret it is signed with", async () => {
    const at = { topic: "order.paid", key: "1017" };
    await desk.watch("w", { ...at, operationId: "op-1" });
    // 2^53 + 1: what is passed on is what was sent.
    const body = '{ "order": "1017", "id": 9007199254740993 }';
    const first = await send(body);
    expect([first.status, JSON.parse(first.text)]).toEqual([
      200,
      { eventId: "shop/m-1", result: "delivered", waits: 1 },
    ]);
    expect(await desk.woken("w", 1)).toMatchObject([
      { eventId: "shop/m-1", payload: { text: body } },
    ]);
    for (let n = 0; n < 4; n += 1) {
      expect(JSON.parse((await send(body)).text)).toMatchObject({ result: "duplicate", waits: 0 });
    }
    // Rotation: the new one is added, both are valid, the old one is removed.
    expect((await send(body, { id: "m-2", secret: THIRD })).status).toBe(401);
    secrets.set("/new", THIRD);
    expect((await send(body, { id: "m-2", secret: THIRD })).status).toBe(200);
    expect((await send(body, { id: "m-3" })).status).toBe(200);
    secrets.delete("/old");
    expect((await send(body, { id: "m-4" })).status).toBe(401);
    secrets.set("/old", FIRST);
    secrets.delete("/new");
  });

  it("R41 F34 all that is not accepted gets one answer, is counted, changes nothing and is in no log", async () => {
    // Of the test before: two whose secret was not there.
    const before = await vi.waitFor(async () => {
      const view = await refusals("shop");
      expect(view.refused.signature).toBe(2);
      return view;
    }, PATIENCE);
    const unknownBefore = await refusals("-");
    const body = JSON.stringify({ order: "f34", secret: SENTENCE });
    const hour = 3_600_000;
    const answers = [
      await send(body, { secret: THIRD }),
      await send(body, { headers: { "webhook-signature": "v1,nonsense" } }),
      await send(body, { at: Date.now() - hour }),
      await send(body, { at: Date.now() + hour }),
      await send(body, { headers: { "webhook-id": "" } }),
      await send(body, { to: "stranger" }),
      // Another tenant's: signed by a source that is known, sent to one that it is not.
      await send(body, { to: "acme" }),
    ];
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
      new Set([
        `401 ${JSON.stringify({
          code: 401,
          message: "the webhook is not accepted",
          metadata: { code: "webhook_refused" },
          source: "invocation",
        })}`,
      ]),
    );
    await vi.waitFor(async () => {
      const { refused, lastRefusedAt } = await refusals("shop");
      expect(refused).toEqual({
        source: 0,
        headers: before.refused.headers + 1,
        timestamp: before.refused.timestamp + 2,
        signature: before.refused.signature + 2,
      });
      expect(lastRefusedAt).toBeGreaterThan(0);
      expect((await refusals("-")).refused.source).toBe(unknownBefore.refused.source + 1);
      expect((await refusals("acme")).refused.signature).toBe(1);
    }, PATIENCE);
    for (const tenant of [undefined, "acme"]) {
      const view = await desk.show({
        topic: "order.paid",
        key: "f34",
        ...(tenant === undefined ? {} : { tenant }),
      });
      expect(view).toMatchObject({ kept: [], remembered: 0 });
    }
    expect(lines.join("")).not.toContain(SENTENCE);
    const strangers = await engine.admin.query(
      "SELECT key FROM state WHERE service_key = 'stranger'",
    );
    expect(strangers).toEqual([]);
  });

  it("R41 a tenant's source reaches its own tasks only", async () => {
    const body = '{"order":"7"}';
    expect((await send(body, { to: "acme", secret: SECOND })).status).toBe(200);
    expect((await desk.show({ topic: "order.paid", key: "7" })).kept).toEqual([]);
    const theirs = await desk.show({ topic: "order.paid", key: "7", tenant: "acme" });
    expect(theirs.kept).toMatchObject([{ eventId: "acme/m-1" }]);
  });

  it("R41 what cannot be used is told to the source, which has proved who it is", async () => {
    for (const [to, body, status, says] of [
      ["shop", '{"other":1}', 400, "no correlation key"],
      ["shop", "not json", 400, "not JSON"],
      ["keyless", '{"order":"1"}', 400, "no correlation key"],
      ["secretless", '{"order":"1"}', 503, "send it again"],
    ] as const) {
      const answer = await send(body, { to, id: `bad-${body}` });
      expect(answer.status, answer.text).toBe(status);
      expect(answer.text).toContain(says);
    }
    const long = await send('{"order":"1"}', { id: "x".repeat(255) });
    expect([long.status, long.text]).toEqual([400, expect.stringContaining("webhook-id")]);
    expect((await send("x".repeat(1_048_577))).status).toBe(413);
    await send('{"order":"renamed"}', { to: "renamed", id: "m-9" });
    await desk.watch("r", { topic: "order.paid", key: "renamed", operationId: "op-r" });
    expect(await desk.woken("r", 1)).toMatchObject([{ payload: { text: '{"paid":"renamed"}' } }]);
  });
});

describe("an app", () => {
  it("R41 is refused at its start where a source or an endpoint is wrong, and each is named", () => {
    const surroundings = {
      artifacts: createFsArtifactStore({ directory: "/tmp/holdfast-unused" }),
      ingressUrl: "http://127.0.0.1:1",
      adminUrl: "http://127.0.0.1:1",
      logger: createLogger("silent"),
    };
    const start = (): unknown =>
      createApp({
        ...surroundings,
        events: { keepCount: 0 },
        webhooks: { sources: { "-": { ...source, secrets: [] } } },
        notifications: [
          { name: "ops", url: "ftp://x", secret: "s", events: ["task.done" as "task.idle"] },
          { name: "ops", url: "https://x", secret: "s", events: [] },
        ],
        notificationRetry: { attempts: 0 },
      });
    for (const says of [
      "events.keepCount must be",
      'webhook source "-": its name must start with a letter',
      'webhook source "-": it has no secrets',
      'notification "ops": its url must be http',
      'notification "ops": there is no event "task.done"',
      'two notifications are named "ops"',
      "notificationRetry.attempts must be",
    ])
      expect(start).toThrow(says);
  });
});
