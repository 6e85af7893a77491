// Owns counting the waiters that a test leaves behind.
import { expect, vi } from "vitest";
import { WAITER_SERVICE } from "../../../contract/command.ts";
import { openCallsOf, PATIENCE } from "../../agent/support/task.ts";
import type { TestEngine } from "../../support/restate.ts";

export interface Waiters {
  /** Settles when all that began since have ended: nothing waits for what is closed. */
  ended(): Promise<void>;
}

/** Those of approvals that other tests have left open do not count. */
export async function waitersOf(engine: TestEngine): Promise<Waiters> {
  const before = await openCallsOf(engine, WAITER_SERVICE);
  return {
    ended: () =>
      vi.waitFor(async () => {
        expect(await openCallsOf(engine, WAITER_SERVICE)).toBeLessThanOrEqual(before);
      }, PATIENCE),
  };
}
