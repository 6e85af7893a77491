// Owns when the worker or the server is killed: at the points that a conversation is armed with, once
// each. Whoever reaches one is held there until it is dead.
import type { Kill, Point } from "./points.ts";

export interface KillSwitch {
  arm(conversationId: string, kills: readonly Kill[]): void;
  /** Settles when whoever has reached the point may go on. */
  reach(conversationId: string, point: Point): Promise<void>;
}

export function createKillSwitch(kill: (what: Kill) => Promise<void>): KillSwitch {
  const armed = new Map<string, Map<Point, Kill>>();
  const burning = new Map<string, { readonly fuse: NodeJS.Timeout; readonly what: Kill }>();

  function lightFuse(conversationId: string, what: Kill): void {
    const fuse = setTimeout(() => {
      burning.delete(conversationId);
      void kill(what);
    }, what.delayMs);
    burning.set(conversationId, { fuse, what });
  }

  return {
    arm: (conversationId, kills) => {
      armed.set(conversationId, new Map(kills.map((what) => [what.point, what])));
    },
    reach: async (conversationId, point) => {
      const lit = burning.get(conversationId);
      if (lit !== undefined) {
        clearTimeout(lit.fuse);
        burning.delete(conversationId);
        return kill(lit.what);
      }
      const what = armed.get(conversationId)?.get(point);
      if (what === undefined) return;
      armed.get(conversationId)?.delete(point);
      if (what.delayMs === 0) await kill(what);
      else lightFuse(conversationId, what);
    },
  };
}
