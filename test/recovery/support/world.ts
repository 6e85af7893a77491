// Owns the world outside of the workers, kept in the test process so that no death of a worker
// takes it along: a list of the points that tasks came to, a ledger that honours the idempotency
// key, and the holds at which a test stops a task to act on it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { expect, vi } from "vitest";
import { PATIENCE } from "../../agent/support/task.ts";

export interface Effect {
  readonly taskId: string;
  readonly key: string;
  readonly what: string;
}

export interface Hold {
  /** Settles when the task has come to the point and waits there. */
  reached(count?: number): Promise<void>;
  /** Lets everybody on, now and later. A process that died at the point is not there any more. */
  release(): void;
}

export interface World {
  readonly url: string;
  /** Every arrival of a task at a point of this name (a prefix will do), in order. */
  arrivals(taskId: string, point: string): readonly string[];
  /** What the ledger holds of a task: one entry per idempotency key. */
  effects(taskId: string): readonly Effect[];
  /** From now on a task that comes to this point waits. */
  hold(taskId: string, point: string): Hold;
  close(): Promise<void>;
}

/** What a worker sends: `at` waits for the answer, `effect` is in the ledger once answered. */
export type WorldRequest =
  | { readonly at: string; readonly taskId: string }
  | { readonly effect: string; readonly taskId: string; readonly key: string };

/** `onEffect` hears of every effect as it arrives; `repeated` when its key is in the ledger already. */
export async function openWorld(
  onEffect: (effect: Effect & { readonly repeated: boolean }) => void = () => undefined,
): Promise<World> {
  const arrived: { taskId: string; point: string }[] = [];
  const ledger = new Map<string, Effect>();
  const holds = new Map<string, PromiseWithResolvers<void>>();
  const nameOf = (taskId: string, point: string): string => `${taskId} ${point}`;

  const server = createServer((request, response) => {
    void json(request).then(async (body) => {
      const asked = body as WorldRequest;
      if ("effect" in asked) {
        const { taskId, key, effect: what } = asked;
        const repeated = ledger.has(key);
        onEffect({ taskId, key, what, repeated });
        if (!repeated) ledger.set(key, { taskId, key, what });
      } else {
        arrived.push({ taskId: asked.taskId, point: asked.at });
        await holds.get(nameOf(asked.taskId, asked.at))?.promise;
      }
      response.end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const arrivals: World["arrivals"] = (taskId, point) =>
    arrived
      .filter((each) => each.taskId === taskId && each.point.startsWith(point))
      .map((each) => each.point);

  return {
    url: `http://127.0.0.1:${port}`,
    arrivals,
    effects: (taskId) => [...ledger.values()].filter((each) => each.taskId === taskId),
    hold(taskId, point) {
      const opened = Promise.withResolvers<void>();
      holds.set(nameOf(taskId, point), opened);
      return {
        reached: (count = 1) =>
          vi.waitFor(
            () =>
              expect(arrivals(taskId, point).length, nameOf(taskId, point)).toBeGreaterThanOrEqual(
                count,
              ),
            PATIENCE,
          ),
        release: () => {
          holds.delete(nameOf(taskId, point));
          opened.resolve();
        },
      };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
