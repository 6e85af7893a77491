// Owns when the worker is killed: at the points that a conversation is armed with, once each.
// A worker that reaches one is held there until it is dead.
import type { Kill, Point } from "./points.ts";

export interface KillSwitch {
  arm(conversationId: string, kills: readonly Kill[]): void;
  /** Settles when whoever has reached the point may go on. */
  reach(conversationId: string, point: Point): Promise<void>;
}

export function createKillSwitch(kill: () => Promise<void>): KillSwitch {
  const armed = new Map<string, Map<Point, number>>();
  const burning = new Map<string, NodeJS.Timeout>();

  function lightFuse(conversationId: string, delayMs: number): void {
    const fuse = setTimeout(() => {
      burning.delete(conversationId);
      void kill();
    }, delayMs);
    burning.set(conversationId, fuse);
  }

  return {
    arm: (conversationId, kills) => {
      armed.set(conversationId, new Map(kills.map(({ point, delayMs }) => [point, delayMs])));
    },
    reach: async (conversationId, point) => {
      const fuse = burning.get(conversationId);
      if (fuse !== undefined) {
        clearTimeout(fuse);
        burning.delete(conversationId);
        return kill();
      }
      const delayMs = armed.get(conversationId)?.get(point);
      if (delayMs === undefined) return;
      armed.get(conversationId)?.delete(point);
      if (delayMs === 0) await kill();
      else lightFuse(conversationId, delayMs);
    },
  };
}
