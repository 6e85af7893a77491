// Owns when inboxes are told besides at the opening of a wait: that a wait has ended without its
// event, and, after a loss, which waits are open.
import { isWaiting, waitIn } from "../../core/wait/wait-terms.ts";
import type { LogPlace } from "./request-approval.ts";
import { eventAt } from "./request-approval.ts";
import { subscribe, unsubscribe } from "./tell-inbox.ts";

/** Again, of all event waits that are open: a segment that was lost may not have sent them. */
export async function subscribeAgain(place: LogPlace): Promise<void> {
  const { ctx, writer } = place;
  for (const { operationId, ordinal, wait: part } of writer.head.operations.filter(isWaiting)) {
    if (part.kind !== "event") continue;
    const wait = waitIn(await eventAt(place, part.seq), ordinal);
    if (part.askedAt !== undefined && wait?.kind === "event")
      unsubscribe(ctx, writer.head, { operationId, asks: true }, wait);
    else if (wait !== undefined) subscribe(ctx, writer.head, { operationId, wait });
  }
}

/** Of the waits that this handler has ended, or found due, before their event came. */
export async function unsubscribeEnded(place: LogPlace): Promise<void> {
  const { ctx, writer } = place;
  if (writer.endedSubscriptions.length === 0) return;
  writer.commit();
  for (const ended of writer.endedSubscriptions.splice(0)) {
    const wait = waitIn(await eventAt(place, ended.seq), ended.ordinal);
    if (wait?.kind === "event") unsubscribe(ctx, writer.head, ended, wait);
  }
}
