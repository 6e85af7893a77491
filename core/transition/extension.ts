// Owns asking people to extend a budget that has no room: when a task that was denied asks, what
// they decide on, and what their decision means to the task (R98). Nothing is executed under such
// an approval: it changes a limit, once, with who and why.
import type { ApprovalPackage, ApprovalTerms, ApprovalWake } from "../../contract/approval.ts";
import { APPROVAL_VERSION } from "../../contract/approval.ts";
import type { BudgetDenial, LimitChangeInput } from "../../contract/budget.ts";
import { BUDGET_SERVICE } from "../../contract/budget.ts";
import type { EventBody, EventData, TaskEvent } from "../../contract/event.ts";
import { proposalOf } from "../approval/approval-head.ts";
import { approvalId } from "../approval/approval-id.ts";
import { noticeActor } from "../approval/notice-actor.ts";
import { extensionArguments } from "../approval/edited-extension.ts";
import type { AskToExtend } from "../budget/settings.ts";
import { canonicalJson, digestOf } from "../digest.ts";
import { proposalDigest } from "../proposal.ts";
import type { Extension } from "../task-budget.ts";
import type { TaskHead } from "../task-head.ts";
import { failTurn } from "./fail-turn.ts";

/** What policy and the approval rules know an extension as. */
export const EXTENSION_CALL = { tool: BUDGET_SERVICE, effect: "administrative" } as const;
const CALL_VERSION = "1";

/**
 * How much a task that was just denied asks for, if it asks. Not while it is enough that others
 * give back what they have reserved, nor while people are asked already.
 */
export function extensionWanted(
  { budget, cancelling }: TaskHead,
  { levels, by }: AskToExtend,
): number | undefined {
  const denied = budget?.denied;
  if (denied === undefined || cancelling || !levels.includes(denied.level)) return undefined;
  const missing = denied.used + denied.needed - denied.limit;
  if (missing <= 0 || denied.dimension === "concurrency") return undefined;
  const { extension } = budget ?? {};
  if (extension !== undefined && !isDone(extension, denied)) return undefined;
  const most = Number.MAX_SAFE_INTEGER - denied.limit;
  return Math.min(Math.max(missing, by[denied.dimension] ?? 0), most);
}

/** Nobody can decide it, or it was granted and the limit that denies now is another one. */
function isDone({ state, budget, dimension, limit }: Extension, denied: BudgetDenial): boolean {
  if (state === "void") return true;
  if (budget !== denied.budget || dimension !== denied.dimension) return state !== "refused";
  return state === "approved" && limit !== denied.limit;
}

/** The request, right behind the denial in the log. */
export function requestExtension(
  head: TaskHead,
  amount: number,
  { policyVersion, rule }: ApprovalTerms,
  requestedAt: number,
): readonly EventBody[] {
  const { denied, extension, extensions = 0 } = head.budget ?? {};
  if (denied === undefined) return [];
  const { budget, level, dimension, limit } = denied;
  const number = extensions + 1;
  const operationId = `${head.taskUid}/budget/${number}`;
  const asked = {
    approvalId: approvalId(operationId, 1),
    operationId,
    number,
    budget,
    level,
    dimension,
    amount,
    limit,
    argumentsDigest: digestOf(extensionArguments({ budget, dimension }, amount)),
    agentVersion: head.agentVersion,
    policyVersion,
    rule,
    requestedAt,
    evidence: deniedAt(head),
  };
  const digest = proposalDigest(proposalOf(extensionPackage(head, asked)));
  const request: EventBody = { type: "extension.requested", data: { ...asked, digest } };
  return [...(extension === undefined ? [] : [closed(extension)]), request];
}

/** `budget.denied` and the park are the last two entries. */
function deniedAt({ budget }: TaskHead): { readonly seq: number; readonly hash: string } {
  const { deniedAt: at } = budget ?? {};
  if (at === undefined) throw new Error("the head does not say where the denial is");
  return at;
}

/** What people decide on. */
export function extensionPackage(
  { agent, taskId, taskUid, owner, tenant, turn }: TaskHead,
  asked: Omit<EventData["extension.requested"], "digest">,
): ApprovalPackage {
  const { budget, dimension, amount, operationId, argumentsDigest, evidence } = asked;
  const { agentVersion, policyVersion, rule, requestedAt } = asked;
  const { persons = [], crowded } = turn;
  const [by, ...others] = persons;
  return {
    v: APPROVAL_VERSION,
    operationId,
    request: 1,
    requester: {
      agent,
      taskId,
      taskUid,
      ...(by === undefined ? {} : { by }),
      ...(others.length === 0 ? {} : { persons }),
      ...(crowded === undefined ? {} : { crowded }),
    },
    ...(owner === undefined ? {} : { owner }),
    ...(tenant === undefined ? {} : { tenant }),
    call: {
      ...EXTENSION_CALL,
      toolVersion: CALL_VERSION,
      arguments: { text: canonicalJson(extensionArguments({ budget, dimension }, amount)) },
      argumentsDigest,
      agentVersion,
      policyVersion,
      resource: budget,
    },
    evidence: { events: [evidence], artifacts: [] },
    rule,
    requestedAt,
  };
}

/** Undefined for a notice of another approval than that of an extension. */
export function onExtensionNotice(
  head: TaskHead,
  { approvalId: id, number, notice }: ApprovalWake,
): readonly EventBody[] | undefined {
  const extension = head.budget?.extension;
  if (extension?.approvalId !== id) return undefined;
  if (number <= extension.notices) return [];
  const data = { approvalId: id, number, notice };
  const told: EventBody = { type: "extension.noticed", ...noticeActor(notice), data };
  const refused =
    notice.type === "expired" || (notice.type === "decided" && notice.decision === "reject");
  // Granted, the budget itself wakes the task once its limit is changed.
  if (!refused || head.status !== "waiting-budget") return [told];
  return [told, { type: "task.woken", data: { from: head.status, by: "decision" } }];
}

/** What the budget is told of an approval, if anything: once, by the approval's id. */
export function limitChangeOf(
  { budget }: TaskHead,
  event: TaskEvent,
): { readonly budget: string; readonly change: LimitChangeInput } | undefined {
  const extension = budget?.extension;
  if (event.type !== "extension.noticed" || extension === undefined) return undefined;
  const { approvalId: id, notice } = event.data;
  if (notice.type !== "decided" || notice.decision !== "approve") return undefined;
  if (extension.approvalId !== id || notice.digest !== extension.digest) return undefined;
  const why = notice.message ?? `approval ${id} of an extension that a task asked for`;
  return {
    budget: extension.budget,
    change: {
      extend: { [extension.dimension]: extension.amount },
      by: (notice.by.join(", ") || "somebody without a name").slice(0, MAX_BY),
      reason: why.slice(0, MAX_REASON),
      changeId: id,
    },
  };
}

const MAX_BY = 256;
const MAX_REASON = 1024;

/** What a request that is over, or that nobody needs any more, means to the task. */
export function endExtension(head: TaskHead): readonly EventBody[] {
  const { extension, denied } = head.budget ?? {};
  if (extension === undefined) return [];
  const waits = denied !== undefined && head.turn.open && !head.cancelling;
  if (!waits) return [closed(extension)];
  if (extension.state !== "refused") return [];
  const message = `the budget ${extension.budget} is not extended: ${extension.reason ?? "refused"}`;
  return [closed(extension), ...failTurn(head, head.step, "budget_refused", message)];
}

/** Of a task that ends without another segment. */
export function closeExtension({ budget }: TaskHead): readonly EventBody[] {
  return budget?.extension === undefined ? [] : [closed(budget.extension)];
}

function closed({ approvalId: id, state, reason }: Extension): EventBody {
  const outcome = state === "requested" || state === "open" ? "withdrawn" : state;
  const why = outcome === "withdrawn" ? "the task does not wait for it any more" : reason;
  const said = why === undefined ? {} : { reason: why };
  return { type: "extension.closed", data: { approvalId: id, outcome, ...said } };
}
