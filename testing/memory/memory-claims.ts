// Owns how a test claims, in memory, the call that waits for a decision: with the checks of the approval
// object's public handlers.
import { claimInputSchema, releaseInputSchema } from "../../contract/approval-claim.ts";
import { proposalOf, type TaskClient } from "../task-client.ts";
import { checkInput } from "./check-call.ts";
import type { MemoryTask } from "./memory-task.ts";
import { statusOf } from "./status-view.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export function createClaimClient(
  clock: VirtualClock,
  existing: () => MemoryTask,
): Pick<TaskClient, "claim" | "release"> {
  const waiting = async () => {
    await clock.settled();
    const { head, log, approvals } = existing();
    return { approvals, approvalId: proposalOf(statusOf(head, log), {}).approvalId };
  };
  return {
    claim: async (input) => {
      const { approvals, approvalId } = await waiting();
      return approvals.claim(approvalId, checkInput(claimInputSchema, input));
    },
    release: async (input) => {
      const { approvals, approvalId } = await waiting();
      return approvals.release(approvalId, checkInput(releaseInputSchema, input));
    },
  };
}
