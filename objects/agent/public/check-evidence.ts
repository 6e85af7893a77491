// Owns the task's own word on whether its log has what an approval names as evidence (R34), for an
// approval that finds no place at the engine for reading the log itself.
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import type { EvidenceAnswer, EvidenceQuestion } from "../../../contract/approval-api.ts";
import { eventProblem } from "../../../core/approval/event-problem.ts";
import { readEvent } from "../log-store.ts";
import { viewTask } from "../task-state.ts";

export async function checkEvidence(
  ctx: ObjectSharedContext,
  { events }: EvidenceQuestion,
): Promise<EvidenceAnswer> {
  const { nextSeq = 0 } = (await viewTask(ctx)) ?? {};
  for (const event of events) {
    const problem = eventProblem(event, (await readEvent(ctx, event.seq, nextSeq))?.hash);
    if (problem !== undefined) return { problem };
  }
  return {};
}
