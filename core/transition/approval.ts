// Owns asking a person: when the tool is asked first, the request of exactly this call, and its
// withdrawal (R33, R37, R38). What an approval tells the task is in approval-notice.ts.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { ApprovalTerms, CapturedChange } from "../../contract/approval.ts";
import type { EventBody, EventData } from "../../contract/event.ts";
import type { CallCheck } from "../../contract/model.ts";
import type { AnyTool } from "../../contract/tool.ts";
import { approvalId } from "../approval/approval-id.ts";
import type { Fingerprint } from "../approval/captured-change.ts";
import { DEFAULT_RULE } from "../approval/rule.ts";
import { proposalDigest } from "../proposal.ts";
import type { ApprovalPart } from "../approval/approval-part.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";
import { positionOf } from "./next-attempt.ts";

/** Of a call that was judged by no policy; whoever decides by one finds it stale. */
const UNJUDGED: ApprovalTerms = { policyVersion: "", rule: DEFAULT_RULE };

export function termsOf(check: CallCheck | undefined): ApprovalTerms {
  if (check?.ok !== true) return UNJUDGED;
  const { policyVersion = UNJUDGED.policyVersion, rule = UNJUDGED.rule } = check;
  return { policyVersion, rule };
}

/** What a request captures besides the call itself. */
export interface Captured {
  readonly agentVersion: string;
  readonly toolVersion: string;
  readonly terms: ApprovalTerms;
  readonly resource?: string | undefined;
  readonly fingerprint?: Fingerprint;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The first request for a call of the model's, or the question to its tool that comes before. */
export function proposeCall(
  head: TaskHead,
  operation: OpenOperation,
  tool: AnyTool | undefined,
  { check, agentVersion, at }: { check: CallCheck; agentVersion: string; at: number },
): EventBody {
  const resource = check.ok ? check.resource : undefined;
  const mustAsk = tool?.resource !== undefined && resource === undefined;
  if (tool?.precondition !== undefined || mustAsk) return askTool(operation);
  const { toolVersion } = operation;
  const terms = termsOf(check);
  return requestApproval(head, operation, { agentVersion, toolVersion, terms, resource, at });
}

/** The tool says what the call would touch; then a person is asked. */
export function askTool(operation: OpenOperation, reason?: string): EventBody {
  return {
    type: "propose.requested",
    ...(reason === undefined ? {} : { reason }),
    data: positionOf(operation),
  };
}

/** The exact call is proposed to a person (R33). */
export function requestApproval(
  head: TaskHead,
  operation: OpenOperation,
  { agentVersion, toolVersion, terms, resource, fingerprint = {}, at }: Captured,
): EventBody {
  const { operationId, tool, effect, argumentsDigest } = operation;
  const { policyVersion, rule } = terms;
  const request = (operation.requests ?? 0) + 1;
  const requestedAt = Math.max(at, head.updatedAt);
  const call = {
    toolVersion,
    effect,
    argumentsDigest,
    agentVersion,
    policyVersion,
    ...(resource === undefined ? {} : { resource }),
    ...fingerprint,
  };
  const data: EventData["approval.requested"] = {
    ...positionOf(operation),
    ...call,
    digest: proposalDigest({ taskUid: head.taskUid, operationId, tool, ...call }),
    approvalId: approvalId(operationId, request),
    request,
    rule,
    requestedAt,
    expiresAt: requestedAt + rule.expiresAfterMs,
  };
  return { type: "approval.requested", data };
}

/** Key of the approval object that decides on an operation. */
export function approvalIdOf({ operationId }: OpenOperation, approval: ApprovalPart): string {
  return approvalId(approval.approvedAs ?? operationId, approval.request);
}

/** What was approved is not what would run now: it is proposed anew (R37). */
export function onOvertaken(
  operation: OpenOperation,
  changes: readonly CapturedChange[],
  found?: "segment",
): readonly EventBody[] {
  const what = changes.map((each) => each.what).join(", ");
  const again = askTool(operation, `what was to be approved has changed: ${what}`);
  return [...staleBy(operation, changes, found), again];
}

/** What has changed of a call that was put before a person. Nothing where nobody was asked. */
export function staleBy(
  operation: OpenOperation,
  changes: readonly CapturedChange[],
  found?: EventData["approval.stale"]["found"],
): readonly EventBody[] {
  const { operationId, approval } = operation;
  if (approval === undefined || changes.length === 0) return [];
  const by = found === undefined ? {} : { found };
  const data = { operationId, approvalId: approvalIdOf(operation, approval), changes, ...by };
  return [{ type: "approval.stale", data }];
}

/** What an approved call that is about to be executed was captured with, and is otherwise now. */
export function overtakenBy(
  { state, approval }: OpenOperation,
  { version: now }: AgentDefinition,
): readonly CapturedChange[] {
  if (state !== "ready" || approval === undefined || approval.agentVersion === now) return [];
  return [{ what: "agent-version", captured: approval.agentVersion, now }];
}

/** Nobody needs to decide any more. To be recorded before the operations are dropped. */
export function withdrawals({ operations }: TaskHead, reason: string): readonly EventBody[] {
  return operations.flatMap((each): readonly EventBody[] => {
    const { operationId, approval, state } = each;
    if (approval === undefined || !state.startsWith("approval-")) return [];
    const data = { operationId, approvalId: approvalIdOf(each, approval), reason };
    return [{ type: "approval.withdrawn", data }];
  });
}

/** Whether its request follows one that counts no more, because what it rests on has changed (R37). */
export function followsStale({ staleSeq }: { readonly staleSeq?: number } = {}): boolean {
  return staleSeq !== undefined;
}

/** The task rests until a decision comes; where what was decided before went stale, it says so (R38). */
export function waitingApproval(
  afterStale: boolean,
): Pick<EventData["task.parked"], "status" | "reason"> {
  return afterStale
    ? {
        status: "stale",
        reason: "what was to be approved has changed: it waits for another decision",
      }
    : { status: "waiting-approval", reason: "a proposed call waits for a decision" };
}
