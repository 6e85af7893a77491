// Owns what supervising may cost: its rounds keep their distance, however much the engine keeps.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createLogger } from "../../services/log.ts";
import { startSupervisor } from "../../services/supervisor/supervisor.ts";

beforeEach(
  () =>
    void vi.useFakeTimers({
      toFake: ["setInterval", "clearInterval", "setTimeout", "performance"],
    }),
);
afterEach(() => void vi.useRealTimers());

/** An engine that takes so long for one round's questions; the times at which a round began. */
async function roundsOf(tookMs: number, forMs: number): Promise<readonly number[]> {
  const began: number[] = [];
  const nothing = async () => {};
  const supervisor = startSupervisor({
    logger: createLogger("silent"),
    agents: [],
    ports: {
      async query(sql) {
        if (sql.includes("retry_count")) {
          began.push(performance.now());
          await new Promise((resolve) => setTimeout(resolve, tookMs));
        }
        return [];
      },
      resumeInvocation: nothing,
      killInvocation: nothing,
      pauseInvocation: nothing,
      recover: nothing,
    },
  });
  await vi.advanceTimersByTimeAsync(forMs);
  supervisor.stop();
  return began;
}

it("R77 F24 quick rounds follow each other as they should", async () => {
  expect(await roundsOf(0, 30_000)).toHaveLength(6);
});

it("a round that took a second is followed by ten of rest, and by half a minute at most", async () => {
  const gaps = (began: readonly number[]) =>
    began.slice(1).map((at, n) => at - (began[n] ?? Number.NaN));
  for (const gap of gaps(await roundsOf(1_000, 120_000)))
    expect(gap).toBeGreaterThanOrEqual(11_000);
  const slow = gaps(await roundsOf(30_000, 600_000));
  expect(slow.length).toBeGreaterThan(2);
  for (const gap of slow) expect(gap).toBeLessThanOrEqual(65_000);
});
