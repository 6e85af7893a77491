// Owns telling a parent again what its child has ended with, by a recovery: a kill takes along what
// was sent. The parent takes each in once.
import { hasEnded } from "../../contract/status.ts";
import { noticeOf } from "../../core/child/note-parent.ts";
import type { LogPlace } from "./request-approval.ts";
import { eventAt } from "./request-approval.ts";
import type { TurnRow } from "./task-state.ts";
import { turnKey } from "./task-state.ts";
import { tellParent } from "./tell-parent.ts";

/** Of a child that rests or has ended: a segment that was lost may have taken it along. */
export async function tellParentAgain(place: LogPlace): Promise<void> {
  const { ctx, writer } = place;
  const { head, agent } = writer;
  const { parent, turn, nextSeq } = head;
  if (parent === undefined || turn.open) return;
  const row = await ctx.get<TurnRow>(turnKey(turn.number));
  const end = row === null ? undefined : await eventAt(place, row.endSeq);
  const last = hasEnded(head.status) ? await eventAt(place, nextSeq - 1) : undefined;
  for (const event of [end, last]) {
    const notice = event && noticeOf(head, event, agent.output !== undefined);
    if (notice !== undefined) tellParent(ctx, head, notice);
  }
}
