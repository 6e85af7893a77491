// Owns when an action needs no record of its own: it may be run again, it is the first thing that
// an invocation does, and it answers soon. Then the answer of the invocation is the only record.
import type { Timing } from "./outcome.ts";
import type { Steps } from "./steps.ts";

/** How long a cancellation may go unheard: only an action that is recorded is interrupted, in milliseconds. */
const SOON_MS = 100;

/**
 * Runs an action that may be run again, without recording it where that is allowed. One that takes
 * longer, rejects, or has a value that does not end the invocation, is recorded as it is under way.
 */
export async function answerDirectly<Value extends Timing>(
  steps: Steps,
  name: string,
  action: (signal: AbortSignal) => Promise<Value>,
  isAnswer: (value: Value) => boolean,
): Promise<Value> {
  const { unrecorded } = steps;
  if (unrecorded === undefined) return steps.run(name, action);
  const begun = action(unrecorded.signal);
  const soon = await within(SOON_MS, begun);
  const ends =
    soon !== undefined && isAnswer(soon) && unrecorded.mayEnd(soon.startedAt + soon.durationMs);
  return ends ? soon : steps.run(name, () => begun);
}

/** What `work` resolves to in time; a rejection is for whoever waits for it next. */
async function within<Value>(ms: number, work: Promise<Value>): Promise<Value | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), ms);
  try {
    return await Promise.race([work.catch(() => undefined), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
