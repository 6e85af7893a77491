// Owns a task's status as people see it, from its head and the few events that it points to.
import type { OperationView, StatusView, TurnAnswer } from "../contract/api.ts";
import type { AuthorityView } from "../contract/effect-api.ts";
import type { StoredText } from "../contract/artifact.ts";
import type { ExtensionView } from "../contract/budget.ts";
import type { ParentTask } from "../contract/child.ts";
import type { ErasureView } from "../contract/erasure-view.ts";
import type { ApprovalClaim } from "../contract/approval.ts";
import type { TaskEvent } from "../contract/event.ts";
import type { NamedGrant } from "../contract/grant.ts";
import { childViews } from "./child/children.ts";
import { decidersOf } from "./approval/authority.ts";
import { doubtOf } from "./doubt.ts";
import { argumentsIn, editIn } from "./proposed-call.ts";
import type { TaskBudget } from "./task-budget.ts";
import type { OpenOperation, TaskHead } from "./task-head.ts";
import type { WaitingOperation } from "./wait/wait-terms.ts";
import { isWaiting, waitIn } from "./wait/wait-terms.ts";

/** Number of the last turn that has ended; 0 before the first. */
export function lastEndedTurn({ turn }: TaskHead): number {
  return turn.open ? turn.number - 1 : turn.number;
}

export function statusView(
  head: TaskHead,
  operations: readonly OperationView[],
  lastTurn: TurnAnswer | undefined,
): StatusView {
  return {
    taskId: head.taskId,
    taskUid: head.taskUid,
    agent: head.agent,
    agentVersion: head.agentVersion,
    status: head.status,
    ...(head.reason === undefined ? {} : { reason: head.reason }),
    ...(head.park.wakeAt === undefined ? {} : { wakeAt: head.park.wakeAt }),
    turn: head.turn.number,
    step: head.step,
    segment: head.segment.number,
    operations,
    usage: head.usage,
    ...(lastTurn === undefined ? {} : { lastTurn }),
    ...(head.status === "waiting-budget" && head.budget?.denied !== undefined
      ? { budget: { ...head.budget.denied, ...extensionView(head.budget) } }
      : {}),
    ...reviewView(head),
    ...(head.effects === undefined || head.effects === 0 ? {} : { effects: head.effects }),
    cursor: head.nextSeq - 1,
    ...controlView(head),
    ...(head.parent === undefined ? {} : { parent: head.parent }),
    ...(childViews(head).length === 0 ? {} : { children: childViews(head) }),
    ...erasureView(head),
    ...(head.owner === undefined ? {} : { owner: head.owner }),
    ...(head.tenant === undefined ? {} : { tenant: head.tenant }),
    ...(head.grants === undefined ? {} : { grants: head.grants }),
    createdAt: head.createdAt,
    updatedAt: head.updatedAt,
  };
}

function erasureView({ erased, preserved }: TaskHead): ErasureView {
  return {
    ...(erased === undefined ? {} : { erased: { at: erased.at, entries: erased.seq } }),
    ...(preserved === undefined ? {} : { preserved }),
  };
}

/** What people have done to the task, and what it left. */
function controlView({
  hold,
  resumed,
  settlement,
  escalation,
  queue,
  quarantined,
  stuck,
}: TaskHead): Pick<
  StatusView,
  "hold" | "resumed" | "settlement" | "escalation" | "kept" | "quarantined" | "stuck"
> {
  return {
    ...(hold === undefined ? {} : { hold }),
    ...(resumed === undefined ? {} : { resumed }),
    ...(stuck === undefined ? {} : { stuck }),
    ...(settlement === undefined ? {} : { settlement }),
    ...(escalation === undefined ? {} : { escalation }),
    ...(queue === undefined ? {} : { kept: queue.next - queue.first }),
    ...(quarantined === undefined
      ? {}
      : { quarantined: { count: quarantined.length, messages: quarantined } }),
  };
}

function extensionView({ extension }: TaskBudget): { readonly extension?: ExtensionView } {
  if (extension?.state !== "open" || extension.awakeableId === undefined) return {};
  const { budget, dimension, amount, approvalId, digest, awakeableId } = extension;
  const shown = { budget, dimension, amount, approvalId, digest, awakeableId };
  return { extension: { ...shown, ...claimOf(extension) } };
}

function reviewView({ review }: TaskHead): Pick<StatusView, "review"> {
  if (review?.state !== "open" || review.asked === undefined) return {};
  const { approvalId, digest, awakeableId, expiresAt, approvals = 0, quorum } = review.asked;
  const shown = { approvalId, digest, expiresAt, approvals, quorum, ...claimOf(review.asked) };
  return { review: { ...shown, ...(awakeableId === undefined ? {} : { awakeableId }) } };
}

/** Positions of the events that `operationView` needs. */
export function seqsShown(operation: OpenOperation): readonly number[] {
  const { state, approval, answerSeq } = operation;
  if (isWaiting(operation)) return [operation.wait.seq];
  if (state !== "approval-open" || approval?.awakeableId === undefined) return [];
  return [approval.seq, approval.edit?.seq ?? answerSeq];
}

/** An open operation; the exact proposed call with it while an approval is open (R33). */
export function operationView(
  operation: OpenOperation,
  eventAt: (seq: number) => TaskEvent | undefined,
): OperationView {
  const { operationId, state, tool, toolVersion, effect, since } = operation;
  const view = { operationId, state, tool, toolVersion, effect, since, ...restOf(operation) };
  if (isWaiting(operation)) return { ...view, ...waitView(operation, eventAt) };
  const proposal = proposalView(operation, eventAt);
  return proposal === undefined ? view : { ...view, proposal };
}

function proposalView(
  operation: OpenOperation,
  eventAt: (seq: number) => TaskEvent | undefined,
): OperationView["proposal"] {
  const { approval } = operation;
  const [requestedAt = -1, argumentsAt = -1] = seqsShown(operation);
  const requested = eventAt(requestedAt);
  const awakeableId = approval?.awakeableId;
  if (approval === undefined || awakeableId === undefined) return undefined;
  if (requested?.type !== "approval.requested") return undefined;
  const { approvalId, request, rule, expiresAt } = requested.data;
  const { digest, edit, approvals = 0, rungs = 0 } = approval;
  const edited = eventAt(argumentsAt);
  const { resource } = editIn(edited) ?? requested.data;
  return {
    arguments: readArguments(argumentsIn(edited, operation.ordinal)),
    argumentsDigest: edit?.argumentsDigest ?? operation.argumentsDigest,
    digest,
    awakeableId,
    approvalId,
    request,
    expiresAt,
    deciders: decidersOf({ rule, rungs }),
    approvals,
    quorum: rule.quorum,
    ...(resource === undefined ? {} : { resource }),
    ...(edit === undefined ? {} : { edited: true }),
    ...claimOf(approval),
  };
}

/** Who looks at it, or looked at it last: whoever reads it compares the times. */
function claimOf({ claim }: { readonly claim?: ApprovalClaim }) {
  return claim === undefined ? {} : { claim };
}

/** What an operation waits for, and until when. */
function waitView(
  { wait: { seq, endsAt }, ordinal }: WaitingOperation,
  eventAt: (seq: number) => TaskEvent | undefined,
): Pick<OperationView, "wait"> {
  const wait = waitIn(eventAt(seq), ordinal);
  if (wait === undefined) return {};
  if (wait.kind === "timer") return { wait: { ...wait, endsAt } };
  const { deadlineAt: _, ...terms } = wait;
  return { wait: { ...terms, endsAt } };
}

/** Why an operation is not being executed, and what it takes. */
function restOf(operation: OpenOperation): Pick<OperationView, "unknown" | "blocked"> {
  if (operation.state === "blocked" && operation.block !== undefined)
    return { blocked: operation.block };
  if (operation.state !== "unknown") return {};
  const { reason, notBefore, asked, statedSeq } = doubtOf(operation);
  return {
    unknown: {
      reason,
      asked,
      ...(notBefore === undefined ? {} : { notBefore }),
      ...(statedSeq === undefined ? {} : { stated: "not-applied" }),
    },
  };
}

/** What a tool's service may know of the task, and of one of its operations (L8). */
export function authorityView(
  head: TaskHead,
  operationId: string,
  grants: readonly NamedGrant[] | undefined,
): AuthorityView {
  const { taskUid, status, cancelling, hold, owner, tenant, parent } = head;
  const view = {
    taskUid,
    status,
    cancelling,
    compensating: head.compensation !== undefined,
    ...(owner === undefined ? {} : { owner }),
    ...(hold === undefined ? {} : { hold: hold.kind }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(grants === undefined ? {} : { grants }),
    ...(parent === undefined ? {} : { parent: addressOf(parent) }),
  };
  const operation = head.operations.find((each) => each.operationId === operationId);
  if (operation === undefined) return view;
  const { state, attempt, argumentsDigest, tool, toolVersion, approval } = operation;
  const shown = { state, attempt, argumentsDigest, tool, toolVersion };
  if (approval === undefined) return { ...view, operation: { ...shown, approved: false } };
  const approved = !state.startsWith("approval-");
  const { digest: approvalDigest, policyVersion, agentVersion } = approval;
  const { approvedAs = operationId } = approval;
  const proposed = { approvalDigest, policyVersion, agentVersion, approvedAs, approved };
  return { ...view, operation: { ...shown, ...proposed } };
}

function addressOf({ agent, taskId, taskUid }: ParentTask): NonNullable<AuthorityView["parent"]> {
  return { agent, taskId, taskUid };
}

/** The arguments by value, or by reference where they are large. */
function readArguments(stored: StoredText | undefined): unknown {
  if (stored === undefined || !("text" in stored)) return stored;
  return stored.text.trim() === "" ? {} : (JSON.parse(stored.text) as unknown);
}
