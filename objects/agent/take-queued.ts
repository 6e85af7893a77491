// Owns bringing a kept message into its turn: the log has it, and a small row says where. Whoever
// waits for its answer waits for that turn from now on.
import { onTakeQueued } from "../../core/transition/message.ts";
import { eventAt } from "./request-approval.ts";
import type { Segment } from "./segment.ts";
import type { QueuedRow } from "./task-state.ts";
import { queuedKey } from "./task-state.ts";

export async function takeQueued(segment: Segment, n: number): Promise<void> {
  const { ctx, writer } = segment;
  const row = await ctx.get<QueuedRow>(queuedKey(n));
  const kept = row === null ? undefined : await eventAt(segment, row.seq);
  if (kept?.type !== "message.queued") throw new Error(`the task has no kept message ${n}`);
  writer.record(onTakeQueued(writer.head, kept));
  ctx.clear(queuedKey(n));
  const { listeners, turn } = writer.head;
  writer.mark({
    listeners: listeners.map(({ awakeableId, ...each }) =>
      each.queued === n ? { awakeableId, turn: turn.number } : { awakeableId, ...each },
    ),
  });
}
