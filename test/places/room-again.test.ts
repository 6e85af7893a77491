// Owns that tasks for which there was no place go on as soon as there is room again, long before their
// own pauses end; and that they are brought on in numbers that do not make a crowd of them again.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createLogger } from "../../services/log.ts";
import { createAdmission } from "../../services/supervisor/admit-waiting.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { dataOf, PATIENCE } from "../agent/support/task.ts";
import { endsWell, startWiring } from "../agent/support/wiring.ts";

const logger = createLogger("silent");

describe("on a server", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(() => scene.stop());

  it("F24 F34 a task that was turned away goes on at each look, whatever its pause has grown to", async () => {
    const { task, runs } = await startWiring(scene, {
      execute: (_, n) =>
        n > TURNED_AWAY
          ? { outcome: "ok", text: "done at last" }
          : { outcome: "blocked", code: "busy", reason: "no place" },
    });
    expect(await task.until("paused")).toMatchObject({ reason: "busy: no place" });
    const { query } = scene.engine.admin;
    const rows = await query("SELECT DISTINCT service_name FROM state WHERE key = 'head'");
    const agents = rows.map((row) => String(row["service_name"]));
    const recover = async (_: unknown, input: object) => void (await task.post("recover", input));
    await vi.waitFor(async () => {
      await createAdmission({ query, recover }, logger, agents).look();
      expect(runs).toHaveLength(TURNED_AWAY + 1);
    }, PATIENCE);
    await endsWell(task);
    const log = await task.log();
    expect(dataOf(log, "call.blocked")).toHaveLength(TURNED_AWAY);
    // Its own pause is half a minute by then.
    expect(dataOf(log, "task.woken").at(-1)).toMatchObject({ from: "paused", by: "recover" });
  });
});

const TURNED_AWAY = 5;

describe("how many are brought on", () => {
  /** So many wait; each look finds the engine as full as this says. */
  function admissionOf(atFirst: number, held: () => number) {
    let waiting = atFirst;
    let now = 0;
    const brought: number[] = [];
    const limits: number[] = [];
    const query = async (sql: string) => {
      if (!sql.includes("FROM state")) return [{ held: held() }];
      const limit = Number(/LIMIT (\d+)/.exec(sql)?.[1]);
      limits.push(limit);
      const found = Math.min(waiting, limit);
      return Array.from({ length: found }, (_, n) => ({
        service_name: "clerk",
        service_key: `t-${n}`,
      }));
    };
    const ports = {
      query,
      recover: async () => void brought.push((waiting -= 1)),
    };
    const admission = createAdmission(ports, logger, ["clerk"], () => now);
    const look = async (): Promise<number> => {
      const before = brought.length;
      await admission.look();
      return brought.length - before;
    };
    return { look, limits, pass: (ms: number) => void (now += ms) };
  }

  it("grows while there is room, and shrinks while there is none", async () => {
    let held = 0;
    const { look } = admissionOf(100_000, () => held);
    const grown = [await look(), await look(), await look(), await look(), await look()];
    expect(grown).toEqual([50, 100, 200, 400, 400]);
    held = 500;
    expect([await look(), await look(), await look()]).toEqual([0, 0, 0]);
    held = 3;
    expect(await look()).toBe(50);
  });

  it("looks less often once nobody waits", async () => {
    const { look, limits, pass } = admissionOf(20, () => 0);
    expect([await look(), await look(), await look(), await look()]).toEqual([20, 0, 0, 0]);
    expect(limits).toHaveLength(2);
    pass(30_000);
    await look();
    expect(limits).toHaveLength(3);
  });

  it("asks nothing where no agent is served", async () => {
    const ports = { query: () => Promise.reject(new Error("asked")), recover: async () => {} };
    await expect(createAdmission(ports, logger, []).look()).resolves.toBeUndefined();
  });
});
