// Owns evidence on the real server, through the gateway: a task is exported, signed and checked, and
// erased wherever it was kept, while what it leaves still proves itself.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { ExportCheck } from "../../contract/evidence-export.ts";
import { sha256 } from "../../core/digest.ts";
import { createHeadSigner, evidencePublicKeys, verifyExport } from "../../index.ts";
import { PATIENCE } from "../agent/support/task.ts";
import { type GatewayScene, openGatewayScene } from "../gateway/support/gateway-scene.ts";
import { newKey, streamOf } from "./support/sealed-task.ts";

/** What a person has said in a task, and must be gone. */
const secretOf = (id: string) => `call ${id} on 0171-5550199`;
const KEY = newKey("2026-11");
const KEYS = await evidencePublicKeys([KEY]);

let scene: GatewayScene;
beforeAll(async () => {
  scene = await openGatewayScene({ evidence: { sign: createHeadSigner(KEY) } });
});
afterAll(() => scene.stop());

const path = (id: string) => `/v1/agents/desk/tasks/${id}`;
const get = (at: string) => scene.call(at, { as: scene.keyOf("acme") });
const post = (at: string, body: object, person: "ann" | "bob" = "ann") =>
  scene.call(at, { method: "POST", as: scene.keyOf("acme", person), body });
const exportOf = async (id: string): Promise<string> => {
  const answer = await get(`${path(id)}/export`);
  expect(answer.status, answer.text).toBe(200);
  return answer.text;
};
const check = (text: string): Promise<ExportCheck> =>
  verifyExport(streamOf(Buffer.from(text)), { keys: KEYS });
const until = (id: string, status: string) =>
  vi.waitFor(async () => {
    const answer = await get(`${path(id)}/status`);
    expect(answer.body, answer.text).toMatchObject({ status });
    return answer.body;
  }, PATIENCE);

/** A task with a message that is an artifact, a refund that a person allowed, and an end. */
async function finish(id: string): Promise<string> {
  const filling = "x".repeat(40_000);
  const secret = secretOf(id);
  const started = await post(`${path(id)}/start`, {
    message: [
      { type: "text", text: `a refund, please; ${secret}` },
      { type: "text", text: `${secret} ${filling}` },
    ],
  });
  expect(started.status, started.text).toBe(200);
  const { operation } = await scene.waiting("acme", id);
  const { approvalId = "", digest = "" } = operation.proposal ?? {};
  await post(`/v1/approvals/${approvalId}/approve`, { digest, message: secret }, "bob");
  await until(id, "idle");
  await post(`${path(id)}/complete`, { reason: `done; ${secret}` });
  await until(id, "completed");
  return approvalId;
}

/** Where the engine still has the text, in clear. */
async function found(text: string): Promise<readonly string[]> {
  const hex = Buffer.from(text).toString("hex");
  const queries = [
    `SELECT key AS what FROM state WHERE encode(value, 'hex') LIKE '%${hex}%'`,
    `SELECT i.target AS what FROM sys_journal j JOIN sys_invocation i ON j.id = i.id
     WHERE encode(j.raw, 'hex') LIKE '%${hex}%'`,
  ];
  const rows = queries.map((sql) => scene.engine.admin.query(sql));
  return (await Promise.all(rows)).flat().map(({ what }) => String(what));
}

/** The secret that the salts of a task's entries are made of. */
async function saltOf(id: string): Promise<unknown> {
  const head = `SELECT value_utf8 AS head FROM state WHERE service_name = 'desk' AND service_key = 'acme/${id}' AND key = 'head'`;
  const [row] = await scene.engine.admin.query(head);
  return (JSON.parse(String(row?.["head"])) as { readonly salt?: string }).salt;
}

describe("R19 R101 a task is exported", () => {
  it("signed, whole, and as the same bytes again, also after the server was killed", async () => {
    await finish("exported");
    const text = await exportOf("exported");
    const checked = await check(text);
    expect(checked).toMatchObject({
      ok: true,
      agent: "desk",
      taskId: "acme/exported",
      signature: "valid",
      keyId: "2026-11",
      artifacts: 2,
      versions: { agents: ["desk@1"], tools: ["refund@1"] },
    });
    expect(text).toContain(secretOf("exported"));
    await scene.engine.server.kill();
    await scene.engine.restart();
    await until("exported", "completed");
    expect(await exportOf("exported")).toBe(text);

    const cut = text.replace(/\{"event".*"task.completed".*\n/, "");
    expect((await check(cut)).ok).toBe(false);
    const answer = await scene.call("/v1/exports/verify", {
      method: "POST",
      as: scene.keyOf("acme"),
      body: cut,
    });
    expect(answer.body, answer.text).toMatchObject({
      ok: false,
      problem: { line: expect.any(Number) as number },
    });
  });

  it("while it waits, up to where it is", async () => {
    await post(`${path("open")}/start`, { message: "a question, please" });
    await scene.waiting("acme", "open");
    expect(await check(await exportOf("open"))).toMatchObject({ ok: true, signature: "valid" });
    const bare = await get(`${path("open")}/export?artifacts=left-out`);
    expect(await check(bare.text)).toMatchObject({ ok: true, leftOut: true });
  });

  it("its end is signed without anybody asking", async () => {
    await post(`${path("signed")}/start`, { message: "hello" });
    await until("signed", "idle");
    await post(`${path("signed")}/complete`, { reason: "done" });
    await until("signed", "completed");
    await vi.waitFor(async () => {
      const key = encodeURIComponent("desk/acme/signed");
      const head = await scene.engine.call(`holdfast.evidence/${key}/show`);
      expect(head).toMatchObject({ status: 200 });
    }, PATIENCE);
  });
});

describe("R101 a log that was changed where it is kept", () => {
  /** Whoever can write the server's data: every chunk of the log, as they like it. */
  async function rewrite(id: string, change: (key: string, text: string) => string | undefined) {
    const rows = await scene.engine.admin.query(
      `SELECT key, value_utf8 AS text FROM state WHERE service_name = 'desk' AND service_key = 'acme/${id}'`,
    );
    const kept = rows.flatMap(({ key, text }) => {
      const changed = change(String(key), String(text));
      return changed === undefined ? [] : [[String(key), [...Buffer.from(changed)]] as const];
    });
    const answer = await fetch(new URL("/services/desk/state", scene.engine.adminUrl), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ object_key: `acme/${id}`, new_state: Object.fromEntries(kept) }),
    });
    expect(answer.ok, await answer.text()).toBe(true);
    await vi.waitFor(async () => {
      const [row] = await scene.engine.admin.query(
        `SELECT count(*) AS n FROM state WHERE service_name = 'desk' AND service_key = 'acme/${id}'`,
      );
      expect(Number(row?.["n"])).toBe(kept.length);
    }, PATIENCE);
  }

  it("is not exported once its signed end is gone, and says so", async () => {
    await finish("shortened");
    await exportOf("shortened");
    const chunks = (await get(`${path("shortened")}/events?limit=500`)).text;
    expect(chunks).toContain("task.completed");
    await rewrite("shortened", (_, text) => (text.includes('"task.completed"') ? undefined : text));
    const answer = await get(`${path("shortened")}/export`);
    expect(answer.body, answer.text).toMatchObject({ status: 500, code: "evidence_broken" });
    expect(answer.text).toContain("was signed, and is not there any more");
  });

  it("is cut at the first entry that was changed, and so not in order", async () => {
    await finish("edited");
    await exportOf("edited");
    await rewrite("edited", (_, text) =>
      text.replaceAll(secretOf("edited"), "nothing of the sort"),
    );
    const text = await get(`${path("edited")}/export`).then(
      (answer) => answer.text,
      () => "",
    );
    expect(await check(text)).toMatchObject({ ok: false });
  });
});

describe("R102 a task is erased", () => {
  it("only once it has ended", async () => {
    await post(`${path("alive")}/start`, { message: "a question, please" });
    await scene.waiting("acme", "alive");
    const refused = await post(`${path("alive")}/erase`, { reason: "asked", artifacts: "keep" });
    expect(refused.body, refused.text).toMatchObject({ status: 412, code: "verb_not_allowed" });
  });

  it("wherever it was kept, and what is left proves itself and says who erased it", async () => {
    const approvalId = await finish("erased");
    const before = await exportOf("erased");
    const artifact =
      /"artifact":\{"mediaType":"text\/plain","sha256":"(\w{64})"/.exec(before)?.[1] ?? "";
    expect((await get(`/v1/artifacts/${artifact}`)).status).toBe(200);
    const where = (await found(secretOf("erased"))).join();
    for (const part of ["log/", "desk/acme/erased/begin", "holdfast.approval/"])
      expect(where).toContain(part);
    const salt = await saltOf("erased");
    expect(before).toContain(sha256(`${String(salt)}/0`).slice(0, 32));
    const operationId = /"operationId":"([^"]+)"/.exec(before)?.[1] ?? "";
    const calls = `SELECT id FROM sys_invocation WHERE idempotency_key = '${sha256(operationId)}'`;
    expect(await scene.engine.admin.query(calls)).toHaveLength(1);

    const body = { reason: "the person asked for it", artifacts: "remove" };
    const erased = await post(`${path("erased")}/erase`, body);
    expect(erased.body, erased.text).toMatchObject({
      result: "erased",
      artifacts: 1,
      approvals: 1,
    });

    expect(await found(secretOf("erased"))).toEqual([]);
    expect(await scene.engine.admin.query(calls)).toEqual([]);
    expect([undefined, salt]).not.toContain(await saltOf("erased"));
    expect((await get(`/v1/artifacts/${artifact}`)).status).toBe(404);
    expect((await get(`/v1/approvals/${approvalId}`)).status).toBe(404);
    const status = (await get(`${path("erased")}/status`)).body;
    expect(status).toMatchObject({
      status: "completed",
      erased: { entries: erased.body["entries"] },
    });
    expect(status).not.toHaveProperty("owner");
    expect(status).not.toHaveProperty("lastTurn");
    const context = (await get(`${path("erased")}/context`)).body;
    expect(context).toMatchObject({ messages: [] });

    const after = await exportOf("erased");
    expect(after).not.toContain("0171");
    expect(after).not.toContain("acme-bob");
    const checked = await check(after);
    expect(checked).toMatchObject({ ok: true, signature: "valid", artifacts: 0 });
    expect(checked.erased).toBeGreaterThan(5);
    const hashes = (text: string) =>
      [...text.matchAll(/"hash":"(\w+)","prev"/g)].map(([, hash]) => hash);
    expect(hashes(after).slice(0, -1)).toEqual(hashes(before));
    const last = after.split("\n").find((line) => line.includes('"task.erased"')) ?? "{}";
    expect(JSON.parse(last)).toMatchObject({
      event: {
        actor: { kind: "operator", id: "acme-ann" },
        reason: body.reason,
        data: { artifacts: "remove" },
      },
    });

    const again = await post(`${path("erased")}/erase`, body);
    expect(again.body, again.text).toMatchObject({
      entries: erased.body["entries"],
      artifacts: 0,
      approvals: 0,
    });
    expect(await exportOf("erased")).toBe(after);
  });

  it("to the end of a long log, also when the server dies in the middle of it", async () => {
    const said = secretOf("long");
    await post(`${path("long")}/start`, { message: said });
    for (let turn = 0; turn < 24; turn += 1)
      await post(`${path("long")}/ask`, { message: `${said}, again`, messageId: `m-${turn}` });
    await post(`${path("long")}/complete`, { reason: "done" });
    const { cursor } = (await until("long", "completed")) as { readonly cursor?: number };
    expect(cursor).toBeGreaterThan(130);

    const body = { reason: "asked for", artifacts: "keep" };
    const cut = post(`${path("long")}/erase`, body);
    await vi.waitFor(async () => expect(await found("task.erased")).not.toEqual([]), PATIENCE);
    await scene.engine.server.kill();
    await cut;
    await scene.engine.restart();
    const erased = await vi.waitFor(async () => {
      const answer = await post(`${path("long")}/erase`, body);
      expect(answer.status, answer.text).toBe(200);
      return answer.body;
    }, PATIENCE);
    expect(erased).toMatchObject({ result: "erased", entries: Number(cursor) + 1 });
    expect(await found(said)).toEqual([]);
    const rows = `SELECT key FROM state WHERE service_key = 'acme/long' AND service_name = 'desk' AND key NOT LIKE 'log/%'`;
    expect(await scene.engine.admin.query(rows)).toEqual([{ key: "head" }]);
    expect(await check(await exportOf("long"))).toMatchObject({ ok: true, signature: "valid" });
  });
});
