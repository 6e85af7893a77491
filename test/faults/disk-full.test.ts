// Tests what a full disk costs: nothing. Under the artifact store, tasks wait for room; under the server,
// what cannot be written is not acknowledged, and with room and a restart all that was is there. It fills
// a tmpfs, which takes root to mount.
import { pino } from "pino";
import { expect, it, onTestFinished, vi } from "vitest";
import { createGateway } from "../../index.ts";
import { checkHistory, tellViolation } from "../../testing/index.ts";
import type { Trip } from "./support/drive.ts";
import { LEADER } from "./support/expedition.ts";
import { type Ground, type GroundOptions, openGround } from "./support/ground.ts";
import { playTrips } from "./support/play-round.ts";
import { canMount, mountSmallDisk } from "./support/small-disk.ts";

const SKIP = !canMount();
const WHY = SKIP ? " (skipped: only root can mount the disk that is filled)" : "";
/** For all tasks to come to their end, in milliseconds. */
const BOUND_MS = 180_000;
const TIMEOUT = { timeout: BOUND_MS + 60_000 };
/** A write that takes longer does not come back. */
const STUCK_MS = 2_000;
const READY = new Request("http://127.0.0.1/ready");

it.skipIf(SKIP)(`R14 F37 a full disk under the artifacts${WHY}`, TIMEOUT, async () => {
  const disk = mountSmallDisk(4);
  onTestFinished(() => disk.unmount());
  const ground = await opened({ artifacts: disk.directory });
  const trips = [1, 2, 3].map((n) =>
    tripOf(`full-${n}`, [[`mail a-${n}`], ["sleep 2"], [`look far-${n}`, `mail b-${n}`]]),
  );
  const history = await playTrips(ground, {
    trips,
    disturb: async () => {
      await made(ground, trips.length);
      await disk.fill();
      // All have made their second effect, and none has found room for what it has seen.
      await made(ground, 2 * trips.length);
      await disk.free();
    },
    boundMs: BOUND_MS,
  });
  expect(checkHistory(history).map(tellViolation)).toEqual([]);
  const results = history.tasks.flatMap(({ log }) =>
    log.flatMap((event) => (event.type === "tool.returned" ? [event.data] : [])),
  );
  const seen = results.filter(({ tool }) => tool === "look");
  expect(seen.map((each) => [each.outcome, "result" in each && "artifact" in each.result])).toEqual(
    trips.map(() => ["ok", true]),
  );
});

it.skipIf(SKIP)(`R3 R14 F35 F38 a full disk under the server${WHY}`, TIMEOUT, async () => {
  const disk = mountSmallDisk(512);
  onTestFinished(() => disk.unmount());
  const ground = await opened({ serverEnv: { RESTATE_BASE_DIR: disk.directory } });
  const trips = Array.from({ length: 6 }, (_, n) => {
    const steps = [[`mail a-${n}`, `run b-${n}`], [`book c-${n}`], ["sleep 1"], [`mail d-${n}`]];
    return tripOf(`full-${n}`, steps);
  });
  const { ingressUrl, adminUrl } = ground.engine;
  const gateway = createGateway({ ingressUrl, adminUrl, logger: pino({ level: "silent" }) });
  expect((await gateway.fetch(READY)).status).toBe(200);
  const history = await playTrips(ground, {
    trips,
    lanes: 6,
    disturb: async () => {
      await made(ground, 3);
      await vi.waitFor(
        async () => {
          // The server makes room by itself now and then, and a write that is only slow fills nothing.
          await disk.fill();
          await stuck(ground);
          expect((await gateway.fetch(READY)).status).toBeGreaterThan(500);
        },
        { timeout: BOUND_MS, interval: 100 },
      );
      await disk.free();
      await ground.engine.server.kill();
      await ground.engine.restart();
    },
    boundMs: BOUND_MS,
  });
  expect(checkHistory(history).map(tellViolation)).toEqual([]);
  expect(history.effects.filter(({ done }) => done)).toHaveLength(4 * trips.length);
});

async function opened(options: GroundOptions): Promise<Ground> {
  const ground = await openGround(options);
  onTestFinished(() => ground.stop());
  return ground;
}

function tripOf(taskId: string, plan: Trip["plan"]): Trip {
  return { taskId, plan, decisions: ["approve"], messages: [], end: "rest" };
}

/** Settles when so many effects have been made. */
function made({ outside }: Ground, count: number): Promise<void> {
  return vi.waitFor(() => expect(outside.done().length).toBeGreaterThanOrEqual(count), {
    timeout: BOUND_MS,
    interval: 20,
  });
}

/** Writes until one does not come back: what is refused is written, too. */
async function stuck({ engine }: Ground): Promise<void> {
  const body = "x".repeat(4 * 1024 * 1024);
  for (;;) {
    const signal = AbortSignal.timeout(STUCK_MS);
    const answer = await fetch(`${engine.ingressUrl}/${LEADER}/filler/start`, {
      method: "POST",
      body,
      signal,
    }).catch(() => undefined);
    if (answer === undefined) return;
    expect(answer.ok).toBe(false);
  }
}
