// Owns how often refusals are counted in the state: each of a few at once, and of a flood the sum
// now and then, so that strangers cannot make as much durable work as they send requests.
import type { WebhookRefusal } from "../../contract/webhook.ts";

/** Of one source and kind, in any second of one worker. */
const AT_ONCE = 10;
const SECOND_MS = 1_000;

/**
 * Takes note of one refusal and answers how many are to be counted now; 0: a later one counts it
 * along. `source` is a declared one or the key of all others. `now` in milliseconds.
 */
export function createRefusalMeter(
  now: () => number = Date.now,
): (source: string, refusal: WebhookRefusal) => number {
  const seconds = new Map<string, { began: number; told: number; waiting: number }>();
  return (source, refusal) => {
    const name = `${source} ${refusal}`;
    const at = now();
    const second = seconds.get(name) ?? { began: at, told: 0, waiting: 0 };
    seconds.set(name, second);
    if (at - second.began >= SECOND_MS || at < second.began) {
      second.began = at;
      second.told = 0;
    }
    second.waiting += 1;
    if (second.told >= AT_ONCE) return 0;
    const count = second.waiting;
    second.told += 1;
    second.waiting = 0;
    return count;
  };
}
