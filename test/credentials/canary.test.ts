// Owns the hunt for a credential that careless tools put into everything: it must be nowhere but
// at the other side (L9, F39). And what happens to a task whose credential is changed or refused.
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Task, taskAt } from "../agent/support/task.ts";
import { UNCOMPRESSED } from "../encryption/support/encrypted-scene.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import type { WorkerProcess } from "../support/worker-process.ts";
import { openShop, type Shop } from "./support/shop.ts";

describe("a credential that careless tools use", () => {
  let engine: TestEngine;
  let shop: Shop;
  let worker: WorkerProcess;
  // Its encoded forms differ from it, and a header can carry it.
  const secretOf = (name: string) => `${name}/${crypto.randomUUID()}+&="'é`;
  const first = secretOf("first");

  const folder = () => join(engine.directory, "credentials");
  const keep = async (value: string) => {
    const file = join(folder(), "shared", "shop-key");
    await writeFile(file, value);
    await chmod(file, 0o600);
  };
  const task = (id: string): Task => taskAt(engine, "buyer", id);

  beforeAll(async () => {
    engine = await startEngine(UNCOMPRESSED);
    shop = await openShop();
    await mkdir(join(folder(), "shared"), { recursive: true, mode: 0o700 });
    await keep(first);
    const env = {
      INGRESS_URL: engine.ingressUrl,
      ADMIN_URL: engine.adminUrl,
      SHOP_URL: shop.url,
      ARTIFACTS: join(engine.directory, "artifacts"),
      CREDENTIALS: folder(),
    };
    const file = new URL("./support/worker.ts", import.meta.url);
    worker = await engine.spawnWorker(file, env, { register: false });
    for (const path of ["/agents", "/tools", "/waiters/v1", "/control"]) {
      await engine.admin.registerDeployment(`${worker.url}${path}`);
    }
  });
  afterAll(async () => {
    await engine.stop();
    await shop.close();
  });

  it("R44 the next call has the new one when it was changed while the task was parked", async () => {
    const second = secretOf("second");
    await task("rotated").start("pay charge");
    const { operations } = await task("rotated").until("waiting-approval");
    expect(shop.keys).toEqual([first]);
    await keep(second);
    expect(await task("rotated").decide(operations[0], "approve")).toBe(202);
    await task("rotated").until("idle");
    expect(shop.keys).toEqual([first, second]);
    await keep(first);
  });

  it("R43 R44 F26 refused, it parks the task until there is another one, and it goes on where it stood", async () => {
    const third = secretOf("third");
    shop.accept(third);
    const before = shop.keys.length;
    await task("refused").start("pay");
    const { reason } = await task("refused").until("waiting-auth");
    expect(reason).toMatch(
      /"shop-key" was refused by the other side .*renew it in the file .*shop-key/,
    );
    await keep(third);
    expect((await task("refused").post("retry", { reason: "try again" })).status).toBe(200);
    await task("refused").until("idle");
    expect(shop.keys.slice(before)).toEqual([first, third]);
    const [returned] = await task("refused").logged("tool.returned");
    expect(returned).toMatchObject({ tool: "pay", outcome: "ok" });
    await keep(first);
    shop.accept(first);
  });

  it("F39 R44 is nowhere: journal, state, events, artifacts, prompts, log and files of the server", async () => {
    const shown = task("careless");
    await shown.start("echo dump refuse crash unreachable keep pay");
    const status = await shown.until("idle");
    const log = await shown.log();
    const outcomes = log.flatMap((event) =>
      event.type === "tool.returned" ? [`${event.data.tool} ${event.data.outcome}`] : [],
    );
    expect(outcomes).toEqual([
      "echo ok",
      "dump ok",
      "refuse error",
      "crash error",
      "unreachable error",
      "keep error",
      "pay ok",
    ]);
    const places: Record<string, string> = {
      status: JSON.stringify(status),
      events: JSON.stringify(log),
      context: JSON.stringify(await shown.context()),
      prompts: JSON.stringify(worker.messages),
      output: worker.output(),
      artifacts: await textOf(join(engine.directory, "artifacts")),
    };
    for (const table of ["state", "sys_journal", "sys_invocation"]) {
      const rows = await engine.admin.query(`SELECT * FROM ${table}`);
      places[table] = JSON.stringify(rows.map(withText));
    }
    await engine.server.kill();
    places["files"] = await textOf(join(engine.directory, "restate"));
    for (const [place, text] of Object.entries(places)) {
      expect(text.length, place).toBeGreaterThan(100);
      for (const form of formsOf(first))
        expect(text.includes(form), `${form} in ${place}`).toBe(false);
    }
    // What shows that the places were looked at.
    for (const place of ["events", "context", "prompts", "artifacts", "state", "files"]) {
      expect(places[place], place).toContain("[***]");
    }
    expect(places["output"]).toContain("a credential was taken out of a tool's result");
  });
});

function formsOf(secret: string): readonly string[] {
  const uuid = secret.slice(secret.indexOf("/") + 1, secret.indexOf("+"));
  return [
    secret,
    uuid,
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64").slice(0, -2),
  ];
}

/** Rows with what their columns of bytes say. */
function withText(row: Readonly<Record<string, unknown>>): unknown {
  return Object.entries(row).map(([name, value]) =>
    typeof value === "string" && /^([0-9a-f]{2})+$/.test(value)
      ? [name, Buffer.from(value, "hex").toString("latin1")]
      : [name, value],
  );
}

async function textOf(directory: string): Promise<string> {
  const texts: string[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) texts.push(await readFile(join(entry.parentPath, entry.name), "latin1"));
  }
  return texts.join("\n");
}
