// Owns whether a worker is ready (F27): not while its clock is wrong, and not while it drains. Answers
// `GET /ready`, turns work away meanwhile, and cuts what would set timers: Restate is told the time
// at which one is due, by the clock of the worker that sets it.
import { constants, type Http2ServerResponse } from "node:http2";
import type { Logger } from "pino";
import { AGENTS_PATH, CONTROL_PATH } from "../../contract/deployment.ts";
import { createServerClock } from "./server-clock.ts";
import type { RequestListener } from "./worker-server.ts";

/** Beside the paths of the deployments; HTTP/2, as all of a worker's server. */
const READY_PATH = "/ready";
/** Clocks may be so far apart, in milliseconds. */
const MAX_SKEW_MS = 5_000;
/** How often this clock is looked at whether it has jumped, in milliseconds. */
const CHECK_MS = 250;

export interface Readiness {
  readonly ready: boolean;
  /** Why not. */
  readonly reason?: string;
}

export interface WorkerReadiness {
  now(): Readiness;
  /** Why this clock cannot be worked by, or undefined. */
  clockProblem(): string | undefined;
  /** The same after a comparison with Restate, if that answers. */
  compared(): Promise<string | undefined>;
  /** What is turned away with 503 is tried again by the engine. */
  guard(listener: RequestListener): RequestListener;
  start(): void;
  stop(): void;
}

export interface ReadinessOptions {
  readonly ingressUrl: string;
  readonly logger: Logger;
  readonly isDraining: () => boolean;
}

export function createReadiness(options: ReadinessOptions): WorkerReadiness {
  const { ingressUrl, logger, isDraining } = options;
  const clock = createServerClock(ingressUrl);
  const underWay = new Set<Http2ServerResponse>();
  const clockProblem = (): string | undefined => problemOf(clock.skewMs());
  const watch = watchClock(clockProblem, logger, () => {
    for (const { stream } of underWay) stream.close(constants.NGHTTP2_CANCEL);
  });
  const now = (): Readiness => {
    if (isDraining()) return notReady("the worker is draining");
    if (clock.skewMs() === undefined) return notReady("Restate's clock could not be read yet");
    const wrong = clockProblem();
    return wrong === undefined ? { ready: true } : notReady(wrong);
  };
  return {
    now,
    clockProblem,
    compared: async () => {
      await clock.look().catch(() => undefined);
      return clockProblem();
    },
    guard: (listener) => (request, response) => {
      if (request.url === READY_PATH) {
        say(response, now());
        return;
      }
      const wrong = clockProblem();
      if (wrong !== undefined) {
        say(response, notReady(wrong));
        return;
      }
      if (setsTimers(request.url)) {
        underWay.add(response);
        response.once("close", () => underWay.delete(response));
      }
      listener(request, response);
    },
    start: () => {
      clock.start();
      watch.start();
    },
    stop: () => {
      clock.stop();
      watch.stop();
    },
  };
}

function problemOf(skewMs = 0): string | undefined {
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return undefined;
  const by = `${Math.round(Math.abs(skewMs) / 1_000)} s ${skewMs > 0 ? "ahead of" : "behind"}`;
  return `this worker's clock is ${by} Restate's; set it, and the worker is ready by itself`;
}

/** Effects are let end: cut, it would not be known whether they happened. */
function setsTimers(path: string): boolean {
  return path.startsWith(`${AGENTS_PATH}/`) || path.startsWith(`${CONTROL_PATH}/`);
}

function notReady(reason: string): Readiness {
  return { ready: false, reason };
}

function say(response: Http2ServerResponse, said: Readiness): void {
  response.writeHead(said.ready ? 200 : 503, { "content-type": "application/json" });
  response.end(JSON.stringify(said));
}

/** Says once that the clock is wrong, and once that it is right again. */
function watchClock(
  problem: () => string | undefined,
  logger: Logger,
  cut: () => void,
): { start(): void; stop(): void } {
  let wasWrong = false;
  let timer: NodeJS.Timeout | undefined;
  const check = (): void => {
    const wrong = problem();
    if (wrong !== undefined && !wasWrong) {
      logger.warn(wrong);
      cut();
    }
    if (wrong === undefined && wasWrong) logger.info("this worker's clock is right again");
    wasWrong = wrong !== undefined;
  };
  return {
    start: () => {
      timer = setInterval(check, CHECK_MS).unref();
    },
    stop: () => clearInterval(timer),
  };
}
