// Owns seeing to it that a task with work to do has a segment on its way, also after one was
// lost (L5). Runs in exclusive handlers only: while one runs, no segment does.
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { AgentDefinition } from "../../contract/agent.ts";
import type { Command } from "../../contract/command.ts";
import { onRecover } from "../../core/transition/control.ts";
import { isSegmentDue } from "../../core/segment-due.ts";
import { announceAgain } from "./announce-again.ts";
import { handOver } from "./hand-over.ts";
import { requestApprovals } from "./request-approval.ts";
import { sendReview } from "./review.ts";
import { subscribeAgain, unsubscribeEnded } from "./subscriptions.ts";
import { tellChildren, tellChildrenAgain } from "./tell-children.ts";
import { tellParentAgain } from "./tell-parent-again.ts";
import type { TaskWriter } from "./task-writer.ts";

type RecoverCommand = Extract<Command, { type: "recover" }>;

interface Recovering {
  readonly writer: TaskWriter;
  readonly agent: AgentDefinition;
}

/** Of a segment that is open while an exclusive handler runs. */
export const LOST = { cause: "the segment ended without a record", park: false } as const;

/**
 * Takes a lost segment into the record and lets the task go on from what is recorded. A
 * queued segment may be lost too, so the next is sent again; a number makes a twin stale.
 */
export async function recoverTask(
  ctx: ObjectContext,
  { writer, agent }: Recovering,
  { cause, park, attempts, by }: Pick<RecoverCommand, "cause" | "park" | "attempts" | "by">,
): Promise<void> {
  await announceAgain({ ctx, writer });
  const { maxMessageAttempts } = agent.limits;
  writer.record(onRecover(writer.head, cause, park, { attempts, maxMessageAttempts, by }));
  writer.mark({ segment: { ...writer.head.segment, open: false, queued: false } });
  await requestApprovals({ ctx, writer });
  await sendReview({ ctx, writer });
  await subscribeAgain({ ctx, writer });
  await tellChildrenAgain({ ctx, writer });
  await tellParentAgain({ ctx, writer });
}

/**
 * Saves what an exclusive handler other than `run` has changed, sends a segment if one is due, and
 * tells whoever waited for a turn that has ended.
 */
export async function closeHandler(ctx: ObjectContext, closing: Recovering): Promise<void> {
  const { writer } = closing;
  if (writer.head.segment.open) await recoverTask(ctx, closing, LOST);
  await unsubscribeEnded({ ctx, writer });
  await tellChildren({ ctx, writer });
  await handOver(ctx, writer, { goesOn: isSegmentDue(writer.head) });
}
