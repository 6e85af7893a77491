// Owns the making of an effect: an intent, an attempt, and what may follow from how it ended. An
// effect that nobody else keeps from happening twice is attempted once per intent, and never
// again once it may have happened (L7, docs/decisions/0006-effects-and-authority.md).
import type { Blocked, ToolError } from "../../contract/tool.ts";
import { isFenced } from "../../core/effect-policy.ts";
import { attemptEffect, type Ended, intend, type Intent } from "./effect-actions.ts";
import type { Effect } from "./effect.ts";
import { bounded } from "./error-body.ts";
import { gaveUp, type Timed, timed, type Timing, timingOf } from "./outcome.ts";
import { pauseAfter } from "./retry-pause.ts";
import type { Steps } from "./steps.ts";
import type { ToolHost } from "./tool-host.ts";

/** The outcome is not known, and nobody guesses it. */
interface Unknown {
  readonly outcome: "unknown";
  readonly reason: string;
  readonly notBefore: number;
}

export type EffectOutcome<Body extends object> = Timed<Body | ToolError | Blocked | Unknown>;

/** The names of the actions and their order are data format (L12). */
export async function runEffect<Body extends object, Kept>(
  host: ToolHost,
  effect: Effect<Body, Kept>,
  steps: Steps,
): Promise<EffectOutcome<Body>> {
  const { tool } = host;
  let state: Progress = { attempts: 0, outages: 0, doubt: undefined };
  for (;;) {
    const afterOutage = state.outages > 0;
    let fresh = false;
    const intent = await steps.run("intent", async (signal) => {
      fresh = true;
      return timed(host, () => intend(host, effect, afterOutage, signal));
    });
    if (intent.outcome === "error") {
      // Of an attempt before, it is no answer.
      return state.doubt === undefined ? intent : unknownAfter(host, intent, state.doubt);
    }
    const ended = await steps.run(effect.verb, (signal) =>
      timed(host, () => attemptEffect(host, effect, intent, fresh, signal)),
    );
    const next = afterAttempt(host, state, intent, ended);
    if ("answer" in next) return next.answer;
    if ("keep" in next) {
      const placed = await steps.run("store-result", () => effect.placeKept(next.keep));
      return { ...timingOf(ended), ...placed };
    }
    state = next.go;
    await steps.sleep(pauseAfter(state.attempts + state.outages, tool.retry), "pause-before-retry");
  }
}

interface Progress {
  readonly attempts: number;
  readonly outages: number;
  /** Why the effect may have happened in an attempt before. */
  readonly doubt: string | undefined;
}

type Next<Body extends object, Kept> =
  | { readonly answer: EffectOutcome<Body> }
  | { readonly keep: Kept }
  | { readonly go: Progress };

function afterAttempt<Body extends object, Kept>(
  host: ToolHost,
  before: Progress,
  intent: Intent,
  ended: Timed<Ended<Body, Kept>>,
): Next<Body, Kept> {
  const { tool } = host;
  const fenced = isFenced(tool);
  const timing = timingOf(ended);
  const doubt =
    before.doubt ?? (ended.again === true ? "a worker was lost in an attempt" : undefined);
  const unknown = (reason: string): Next<Body, Kept> => ({
    answer: unknownAfter(host, timing, reason),
  });
  switch (ended.end) {
    case "unstored":
      return { keep: ended.kept };
    case "gone": {
      const { notBefore } = intent;
      const reason = "the worker that held the token was lost";
      return { answer: { ...timing, outcome: "unknown", reason, notBefore } };
    }
    case "settled": {
      const { body } = ended;
      if (doubt === undefined || !isBlocked(body)) return { answer: { ...timing, ...body } };
      return unknown(`${doubt}; then it was blocked (${body.code}): ${body.reason}`);
    }
    case "failed": {
      const { last } = ended;
      const doubted = last.outcome === "fault" && last.entered !== false ? last.reason : doubt;
      if (fenced && doubted !== undefined) return unknown(doubted);
      const uncounted = last.outcome === "nothing" && last.uncounted === true;
      const attempts = before.attempts + (uncounted ? 0 : 1);
      const outages = before.outages + (uncounted ? 1 : 0);
      if (attempts < tool.retry.maxAttempts) return { go: { attempts, outages, doubt: doubted } };
      if (doubted !== undefined) return unknown(doubted);
      return { answer: { ...timing, ...gaveUp(tool, last) } };
    }
  }
}

/**
 * It names the time when nothing of the attempt that just ended, or of an earlier one, can be under
 * way any more. A fenced one was the only one that could act; of another, a worker that stands
 * still may be in the middle.
 */
function unknownAfter(host: ToolHost, last: Timing, reason: string): Timed<Unknown> {
  const { tool, marginMs } = host;
  const timing = timingOf(last);
  const endedAt = timing.startedAt + timing.durationMs;
  const notBefore = endedAt + (isFenced(tool) ? 0 : tool.timeoutMs) + marginMs;
  return { ...timing, outcome: "unknown", reason: bounded(reason), notBefore };
}

function isBlocked(body: object): body is Blocked {
  return "outcome" in body && body.outcome === "blocked";
}
