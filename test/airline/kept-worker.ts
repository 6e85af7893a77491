// Owns the one worker of a test: killing it with SIGKILL, and the next one in its place behind
// the same address. The next one is started ahead, so that a test does not wait for it; it
// listens only once the one before is dead (worker.ts).
import type { WorkerProcess } from "../support/worker-process.ts";
import type { AirlineEngine } from "./airline-engine.ts";

export interface KeptWorker extends AsyncDisposable {
  /** Settles when the next worker serves. Kills that overlap follow each other. */
  kill(): Promise<void>;
  /** How often it was killed so far. */
  kills(): number;
}

export async function keepWorker(
  engine: Pick<AirlineEngine, "spawnWorker">,
  env: Readonly<Record<string, string>>,
): Promise<KeptWorker> {
  const file = new URL("./worker.ts", import.meta.url);
  // The worker registers itself: its deployments are behind one address.
  const first = await engine.spawnWorker(file, env, { register: false });
  const spawnNext = (): Promise<WorkerProcess> =>
    engine.spawnWorker(file, env, { register: false, port: first.port });
  let worker = first;
  let next = spawnNext();
  let kills = 0;
  let settled = Promise.resolve();
  return {
    kill: () => {
      settled = settled.then(async () => {
        await worker.kill();
        kills += 1;
        worker = await next;
        next = spawnNext();
      });
      return settled;
    },
    kills: () => kills,
    [Symbol.asyncDispose]: async () => {
      await settled;
      await worker.kill();
      await (await next).kill();
    },
  };
}
