// Owns what an approval's awakeable, once opened or settled, means to the task (R33, F16).
// The full rules (authority, expiry, quorum, editing) come with the approval object.
import { approvalDecisionSchema } from "../../contract/api.ts";
import type { EventBody } from "../../contract/event.ts";
import type { TaskStatus } from "../../contract/status.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";

function operationOf(head: TaskHead, id: string): OpenOperation | undefined {
  return head.operations.find((each) => each.operationId === id);
}

/** An effect of which nobody knows is the graver thing to wait for. */
const SAID: ReadonlySet<TaskStatus> = new Set(["waiting-approval", "waiting-reconcile"]);

export function onApprovalOpened(
  head: TaskHead,
  id: string,
  awakeableId: string,
): readonly EventBody[] {
  const operation = operationOf(head, id);
  if (operation?.state !== "approval-requested") return [];
  const opened: EventBody = { type: "approval.opened", data: { operationId: id, awakeableId } };
  // While other operations are being executed, the segment that executes them goes first.
  const busy =
    head.cancelling ||
    head.segment.queued ||
    head.operations.some((each) => each.state === "ready" || each.state === "issued");
  return busy || SAID.has(head.status) ? [opened] : [opened, waitingApproval()];
}

export type Settled = { readonly text: string } | { readonly rejected: string };

/**
 * A decision counts only when it parses, names the digest of this proposal, and came by the
 * awakeable that is open now. Anything else is logged and changes nothing (F16).
 */
export function onApprovalSettled(
  head: TaskHead,
  id: string,
  awakeableId: string,
  settled: Settled,
): readonly EventBody[] {
  const operation = operationOf(head, id);
  if (operation?.state !== "approval-open") return [];
  const { approval } = operation;
  if (approval?.awakeableId !== awakeableId) return [];
  const mismatch = (reason: string): readonly EventBody[] => [
    {
      type: "approval.mismatch",
      actor: { kind: "operator" },
      data: { operationId: id, awakeableId, reason },
    },
  ];
  if ("rejected" in settled)
    return mismatch("the awakeable was rejected instead of resolved with a decision");
  const decision = parseDecision(settled.text);
  if (typeof decision === "string") return mismatch(decision);
  if (decision.digest !== approval.digest) return mismatch("the decision names another digest");
  const { by, message } = decision;
  return [
    {
      type: "approval.decided",
      actor: { kind: "operator", ...(by === undefined ? {} : { id: by }) },
      data: {
        operationId: id,
        awakeableId,
        digest: decision.digest,
        decision: decision.decision,
        ...(by === undefined ? {} : { by }),
        ...(message === undefined ? {} : { message }),
      },
    },
    { type: "task.woken", data: { from: head.status, by: "decision" } },
  ];
}

function parseDecision(text: string) {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "the decision is not JSON";
  }
  const parsed = approvalDecisionSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const paths = parsed.error.issues.map((issue) => issue.path.join(".") || "(the whole)");
  return `the decision does not have the required form at: ${[...new Set(paths)].join(", ")}`;
}

/** The task rests until a decision comes. */
export function waitingApproval(): EventBody {
  return {
    type: "task.parked",
    data: { status: "waiting-approval", reason: "a proposed call waits for a decision" },
  };
}
