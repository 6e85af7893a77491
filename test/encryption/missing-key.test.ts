// Owns what keys do to tasks that live longer than they: rotation in the middle of a task, a
// worker that lacks a key, and values that somebody else has written.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { StatusView } from "../../contract/api.ts";
import { MISSING_KEY } from "../../contract/readable.ts";
import { PATIENCE, type Task, taskAt } from "../agent/support/task.ts";
import { CLERK } from "../recovery/support/clerk.ts";
import type { WorkerProcess } from "../support/worker-process.ts";
import { type EncryptedScene, openEncryptedScene } from "./support/encrypted-scene.ts";

describe("the keys of a task's journal and state", () => {
  let scene: EncryptedScene;
  let worker: WorkerProcess;

  beforeAll(async () => {
    scene = await openEncryptedScene(["k1"]);
    worker = await scene.spawn(["k1"]);
  });
  afterAll(() => scene.stop());

  const curl = (taskId: string): Task => taskAt(scene.engine, CLERK, taskId);

  const replaceWorker = async (keys: readonly string[]): Promise<void> => {
    await worker.kill();
    worker = await scene.spawn(keys, worker.port);
  };

  const startAndWait = async (taskId: string): Promise<StatusView> => {
    await scene.sealed(taskId, "start", { message: `${taskId}\npay a | refund secret | told: *` });
    return curl(taskId).until("waiting-approval");
  };

  /** Waits until this is what holds an invocation back, as an operator finds it by SQL. */
  const failsWith = (target: string, problem: string): Promise<string> =>
    vi.waitFor(async () => {
      const rows = await scene.query(
        `SELECT last_failure FROM sys_invocation
         WHERE target LIKE '${target}%' AND last_failure IS NOT NULL`,
      );
      const failures = rows.map((row) => String(row["last_failure"]));
      expect(failures).toContainEqual(expect.stringContaining(problem));
      return failures.join("\n");
    }, PATIENCE);

  const expectDone = async (taskId: string): Promise<void> => {
    const { lastTurn } = await curl(taskId).until("idle");
    expect(lastTurn?.answer).toBe("told: pay a: ok; refund secret: ok");
    const effects = scene.world.effects(taskId).map(({ what }) => what);
    expect(effects).toEqual(["pay a", "refund secret"]);
  };

  it("R44 a key is rotated in the middle of a task, which ends under the new one", async () => {
    const { operations } = await startAndWait("rotated");
    await replaceWorker(["k2", "k1"]);
    expect(await curl("rotated").decide(operations[0], "approve")).toBe(202);
    await expectDone("rotated");
    const rows = await scene.query("SELECT value FROM state WHERE service_key = 'rotated'");
    const keysOf = rows.map(({ value }) =>
      // The version, and the length of the key's id.
      Buffer.from(String(value), "hex").toString("latin1").split("\u0001\u0002")[1]?.slice(0, 2),
    );
    expect(keysOf).toEqual(expect.arrayContaining(["k1", "k2"]));
    await replaceWorker(["k1"]);
  });

  it("R44 F24 a worker without the key says which, and nothing is lost until it has it", async () => {
    const { operations } = await startAndWait("locked");
    await replaceWorker(["k2"]);
    expect(await curl("locked").decide(operations[0], "approve")).toBe(202);
    const failure = await failsWith("holdfast.waiter", MISSING_KEY);
    expect(failure).toContain('the key "k1", which this process does not have');
    expect(failure).not.toContain("secret");
    await replaceWorker(["k2", "k1"]);
    await expectDone("locked");
    await replaceWorker(["k1"]);
  });

  it("R44 a command that a worker cannot read yet waits for the key", async () => {
    await replaceWorker(["k2"]);
    const started = scene.sealed("early", "start", { message: "early\ntold: *" });
    await failsWith(`${CLERK}/early`, MISSING_KEY);
    await replaceWorker(["k1"]);
    expect(await started).toMatchObject({ created: true });
    await curl("early").until("idle");
  });

  it("R44 plain state and a changed status are refused, and the error says why", async () => {
    for (const [taskId, change, problem] of [
      ["planted", () => '{"v":1,"status":"idle"}', "a value that has to be encrypted is plain"],
      ["edited", (head: string) => head.replace("waiting-", "waited-"), "cannot be decrypted"],
    ] as const) {
      await startAndWait(taskId);
      const head = await writeHead(scene, taskId, change);
      // It has the bad value in its journal, and is answered when the server ends.
      curl(taskId)
        .status()
        .catch(() => undefined);
      await failsWith(`${CLERK}/${taskId}`, problem);
      await writeHead(scene, taskId, () => head);
      expect(await curl(taskId).status()).toMatchObject({ status: "waiting-approval" });
    }
  });
});

/** Changes the head as someone does who can write the server's data; resolves to the old one. */
async function writeHead(
  { engine, query }: EncryptedScene,
  taskId: string,
  change: (head: string) => string,
): Promise<string> {
  const rows = await query(`SELECT key, value FROM state WHERE service_key = '${taskId}'`);
  let old = "";
  const state = Object.fromEntries(
    rows.map(({ key, value }) => {
      const bytes = Buffer.from(String(value), "hex");
      if (key !== "head") return [String(key), [...bytes]];
      old = bytes.toString();
      return ["head", [...Buffer.from(change(old))]];
    }),
  );
  const response = await fetch(`${engine.adminUrl}/services/${CLERK}/state`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ object_key: taskId, new_state: state }),
  });
  expect(response.status).toBe(202);
  const wanted = Buffer.from(state["head"] ?? []).toString("hex");
  await vi.waitFor(async () => {
    const [row] = await query(
      `SELECT value FROM state WHERE service_key = '${taskId}' AND key = 'head'`,
    );
    expect(row?.["value"]).toBe(wanted);
  }, PATIENCE);
  return old;
}
