// Owns telling the outside again what a lost segment may not have told: its events are in the state,
// and it may have been killed before it sent. Whoever was told knows by the id.
import { reduce } from "../../core/reduce.ts";
import { announce } from "./announce.ts";
import { readEvents } from "./log-store.ts";
import type { LogPlace } from "./request-approval.ts";
import { viewHead } from "./task-state.ts";

/** Of what is behind the head that was stored last, before this handler writes anything. */
export async function announceAgain({ ctx, writer }: LogPlace): Promise<void> {
  if (!writer.notifies) return;
  const stored = await viewHead(ctx);
  if (stored?.segment.open !== true) return;
  let head = stored;
  const nextSeq = writer.written[0]?.seq ?? writer.head.nextSeq;
  const range = { after: stored.nextSeq - 1, limit: nextSeq - stored.nextSeq, nextSeq };
  for (const event of await readEvents(ctx, range)) {
    head = reduce(head, event);
    announce(ctx, head, event);
  }
}
