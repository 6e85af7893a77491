// Owns whether the runtime behind the gateway works: it takes an invocation and a worker answers it. Each
// look is a write to Restate's log, so a full disk hangs it while Restate's own health stays good; and
// anyone may ask, so one look answers for all who ask within a second.
import { STOPS_KEY, STOPS_SERVICE } from "../contract/stop.ts";
import type { Runtime } from "./runtime.ts";

/** How long the runtime may take, in milliseconds. */
const WITHIN_MS = 3_000;
const KEPT_MS = 1_000;

/** Rejects with a problem while it does not work. */
export type CheckReady = () => Promise<void>;

export function createReadiness(runtime: Runtime): CheckReady {
  let last: Promise<void> | undefined;
  let until = 0;
  const look = async () => {
    const target = { service: STOPS_SERVICE, key: STOPS_KEY, handler: "check" };
    const { signal } = new AbortController();
    try {
      await runtime.call(target, {}, { signal, withinMs: WITHIN_MS });
    } finally {
      until = Date.now() + KEPT_MS;
    }
  };
  return () => {
    if (last === undefined || until < Date.now()) {
      until = Infinity;
      last = look();
    }
    return last;
  };
}
