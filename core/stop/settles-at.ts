// Owns when a stop has settled (R99). The reasoning is in docs/authority.md; in short:
//
// An attempt that may still make an effect was admitted before the stop was accepted. So it began
// before the first look, in a call that began before it too, and before that call ended: also one
// that nobody sees any more, because its call was killed or taken over. It is over within the
// tool's bound of its beginning. What begins later asks first, and is not admitted.
import { type StopCensus, type StopKind, STOPS_MAX_AGE_MS } from "../../contract/stop.ts";

/** For a tool whose service does not say how long an effect of it takes: an hour. */
export const UNSTATED_BOUND_MS = 60 * 60 * 1000;
/** Between the view of a worker and the call of a model that rests on it, in milliseconds. */
const VIEW_MARGIN_MS = 1_000;

/**
 * The server's time from which on nothing that the stop is about happens. `since` is its time at
 * the first look, which is later than the acceptance.
 */
export function settlesAt(kind: StopKind, since: number, census: StopCensus): number {
  const times = census.tools.map(({ settlesWithinMs = UNSTATED_BOUND_MS, open, lastEndedAt }) => {
    if (open > 0) return since + settlesWithinMs;
    if (lastEndedAt === undefined) return since;
    return Math.min(since, lastEndedAt) + settlesWithinMs;
  });
  // Workers learn of it from a view that has an age.
  const seen = kind === "model" ? since + STOPS_MAX_AGE_MS + VIEW_MARGIN_MS : since;
  return Math.max(seen, ...times);
}
