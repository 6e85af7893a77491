// Owns seeing to it that a task with work to do has a segment on its way, also after one was
// lost (L5). Runs in exclusive handlers only: while one runs, no segment does.
import type { ObjectContext } from "@restatedev/restate-sdk";
import { onRecover } from "../../core/transition/control.ts";
import { isSegmentDue } from "../../core/segment-due.ts";
import { requestApprovals } from "./request-approval.ts";
import { sendRest, takeRest } from "./reserve.ts";
import { subscribeAgain, unsubscribeEnded } from "./subscriptions.ts";
import type { TaskWriter } from "./task-writer.ts";

/**
 * Takes a lost segment into the record and lets the task go on from what is recorded. A
 * queued segment may be lost too, so the next is sent again; a number makes a twin stale.
 */
export async function recoverTask(
  ctx: ObjectContext,
  writer: TaskWriter,
  cause: string,
  park: boolean,
): Promise<void> {
  writer.record(onRecover(writer.head, cause, park));
  writer.mark({ segment: { ...writer.head.segment, open: false, queued: false } });
  await requestApprovals({ ctx, writer });
  await subscribeAgain({ ctx, writer });
}

/** Saves what an exclusive handler other than `run` has changed, and sends a segment if one is due. */
export async function closeHandler(ctx: ObjectContext, writer: TaskWriter): Promise<void> {
  if (writer.head.segment.open)
    await recoverTask(ctx, writer, "the segment ended without a record", false);
  if (writer.endedSubscriptions.length > 0) {
    writer.commit();
    await unsubscribeEnded({ ctx, writer });
  }
  if (isSegmentDue(writer.head)) {
    writer.sendRun();
    return;
  }
  const rest = takeRest(writer);
  writer.save();
  sendRest(ctx, writer, rest);
}
