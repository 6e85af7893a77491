// Owns what a worker knows of the stops: asked at the moment of an effect, and otherwise from a
// view of a few seconds, so that models and reads pay nothing for it. Nobody to ask is an error,
// and whoever asked does nothing (R99).
import { connect, type ConnectionOpts, HttpCallError, rpc } from "@restatedev/restate-sdk-clients";
import {
  type CheckResult,
  type Stop,
  type StopList,
  type StopQuestion,
  STOPS_KEY,
  STOPS_MAX_AGE_MS,
  STOPS_SERVICE,
  type StopsView,
} from "../../contract/stop.ts";
import { checkStops } from "../../core/stop/stops.ts";

/** How long one call may take, in milliseconds. */
const TIMEOUT_MS = 10_000;

export interface StopsViewOptions {
  readonly ingress: ConnectionOpts;
  /** Milliseconds; STOPS_MAX_AGE_MS by default, and never more. */
  readonly maxAgeMs?: number;
}

export function createStopsView({ ingress, maxAgeMs }: StopsViewOptions): StopsView {
  const maxAge = Math.min(maxAgeMs ?? STOPS_MAX_AGE_MS, STOPS_MAX_AGE_MS);
  let known: { readonly stops: readonly Stop[]; readonly asked: Moment } | undefined;
  let asking: Promise<readonly Stop[]> | undefined;
  let underWay: Promise<unknown> | undefined;
  let next: Promise<readonly Stop[]> | undefined;

  async function refresh(): Promise<readonly Stop[]> {
    // From before the question: the answer is at least as new.
    const asked = moment();
    const { stops } = await ask<StopList>(ingress, "list", {});
    // One that was asked earlier may be answered later.
    if (known === undefined || known.asked.monotonic <= asked.monotonic) known = { stops, asked };
    return stops;
  }

  async function refreshed(question: StopQuestion): Promise<CheckResult> {
    asking ??= refresh().finally(() => {
      asking = undefined;
    });
    return checkStops(await asking, question);
  }

  /**
   * From a question that begins after this one was asked: one that is under way may have been answered
   * before a stop was made, so all who come meanwhile share the one after it. A thousand effects
   * at once are a few questions.
   */
  function asOfNow(): Promise<readonly Stop[]> {
    const before = underWay;
    next ??= (async () => {
      await before?.catch(() => undefined);
      const mine = refresh();
      next = undefined;
      underWay = mine;
      return mine;
    })();
    return next;
  }

  return {
    async check(question, signal) {
      const stops = await asOfNow();
      signal?.throwIfAborted();
      return checkStops(stops, question);
    },
    recent(question) {
      const age = known === undefined ? Infinity : ageOf(known.asked);
      if (known === undefined || age > maxAge) return refreshed(question);
      // Whoever asks often never waits: the next view is on its way before this one is too old.
      if (age > maxAge / 2) refreshed(question).catch(() => undefined);
      return checkStops(known.stops, question);
    },
  };
}

/** By two clocks: one runs on while the process is stopped, the other while the machine sleeps. */
interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

function moment(): Moment {
  return { monotonic: performance.now(), wall: Date.now() };
}

function ageOf({ monotonic, wall }: Moment): number {
  const now = moment();
  return Math.max(now.monotonic - monotonic, Math.abs(now.wall - wall));
}

async function ask<O>(
  ingress: ConnectionOpts,
  handler: string,
  parameter: object,
  signal?: AbortSignal,
): Promise<O> {
  const bound = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return await connect(ingress).call<object, O>({
      service: STOPS_SERVICE,
      key: STOPS_KEY,
      handler,
      parameter,
      opts: rpc.opts<object, O>({
        signal: signal === undefined ? bound : AbortSignal.any([signal, bound]),
      }),
    });
  } catch (error) {
    signal?.throwIfAborted();
    const status = error instanceof HttpCallError ? `answered ${error.status}` : "did not answer";
    // What the ingress says may hold what a user wrote.
    // oxlint-disable-next-line preserve-caught-error
    throw new Error(`the ingress ${status} to ${handler} of ${STOPS_SERVICE}`);
  }
}
