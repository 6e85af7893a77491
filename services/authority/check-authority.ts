// Owns the last question before a call, in the tool's own service (L8): the task as it is now, the
// stops, grants and policy, and the approval's digest. Not journaled; what it refuses is.
import type { AuditGate } from "../../contract/audit.ts";
import type { AuthorityView } from "../../contract/effect-api.ts";
import type {
  AuthorityAnswer,
  CheckAuthority,
  EffectQuestion,
} from "../../contract/effect-port.ts";
import type { AuthorityEvidence } from "../../contract/evidence.ts";
import type { Authority, JudgeAuthority } from "../../contract/policy.ts";
import { hasEnded } from "../../contract/status.ts";
import type { CheckResult, StopsView } from "../../contract/stop.ts";
import { describeStop } from "../../contract/stop.ts";
import type { AnyTool, BlockCode, Blocked, ToolRequest } from "../../contract/tool.ts";
import { changeOf } from "../../core/approval/captured-change.ts";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";
import { refusedAbove } from "../../core/grant/judge-above.ts";
import { grantsForTools } from "../../core/grant/name-grants.ts";
import { proposalDigest } from "../../core/proposal.ts";
import { NO_RESOURCE, touchedResource } from "../../core/touched-resource.ts";
import type { FamilyView, ReadAuthority } from "./read-family.ts";
import { readFamily } from "./read-family.ts";

export interface AuthorityPorts {
  readonly judge: JudgeAuthority;
  readonly policyVersion: string;
  readonly readAuthority: ReadAuthority;
  /** Nothing is ever stopped where it is left out. */
  readonly stops?: StopsView | undefined;
  /** No effect waits for an audit sink where it is left out. */
  readonly audit?: AuditGate | undefined;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** How long an effect waits for the sink before the task parks, in milliseconds. */
const AUDIT_WAIT_MS = 4_000;

export function createCheckAuthority(ports: AuthorityPorts): CheckAuthority {
  return async (request, tool, question) => {
    const call: Call = { ports, request, tool, question };
    const fresh = EFFECT_POLICY[tool.effect].freshAuthority;
    return withEvidence(call, await (fresh ? checkFresh(call) : checkCarried(call)));
  };
}

/** What was found: why nothing is to be done, or else nothing; and who judged it. */
interface Found {
  readonly blocked?: Blocked | undefined;
  readonly judged?: Authority | undefined;
  /** The digest that a person's decision names, and that was compared. */
  readonly approvalDigest?: string | undefined;
}

/** A call that was let through on what it carries is judged by the answer that asked for it. */
function withEvidence({ ports }: Call, found: Found | undefined): AuthorityAnswer {
  if (found === undefined) return undefined;
  const { blocked: refused, judged, approvalDigest } = found;
  const authority: AuthorityEvidence = {
    decision: refused === undefined ? "permit" : "deny",
    ...(judged === undefined ? {} : decidedBy(judged)),
    ...(approvalDigest === undefined ? {} : { approvalDigest }),
    at: (ports.now ?? Date.now)(),
  };
  return refused === undefined ? { outcome: "permitted", authority } : { ...refused, authority };
}

function decidedBy({ policyVersion, policies, grantId }: Authority) {
  return { policyVersion, policies, ...(grantId === undefined ? {} : { grantId }) };
}

interface Call {
  readonly ports: AuthorityPorts;
  readonly request: ToolRequest;
  readonly tool: AnyTool;
  readonly question: EffectQuestion;
}

/** What a task may do, from whomever it is known. */
type Holder = Pick<AuthorityView, "owner" | "tenant" | "grants">;

/** On what the request carries, and a view of the stops of a few seconds: it asks nobody. */
async function checkCarried(call: Call): Promise<Found | undefined> {
  const { request, tool, ports } = call;
  const found = ports.stops?.recent({
    tool: tool.name,
    agent: request.agent,
    ...tenantOf(request),
  });
  const stop = stopIn(found instanceof Promise ? await found : found);
  if (stop !== undefined) return { blocked: stop };
  const judged = judge(call, request, false);
  if (judged === undefined) return { blocked: blocked("denied", NO_RESOURCE) };
  // Whether a person has approved it only the task can say.
  if (judged.verdict === "approve") return checkFresh(call);
  const refused = refusalBy(judged);
  return refused === undefined ? undefined : { blocked: refused, judged };
}

async function checkFresh(call: Call): Promise<Found> {
  // First, since it may take seconds, and what follows must be as of the last moment.
  const behind = await auditBehind(call);
  const found = await checkNow(call);
  if (behind === undefined || found.blocked !== undefined) return found;
  return { ...found, blocked: blocked("audit", behind) };
}

/** Why the sink does not have all of the task's log, of a class that waits for it (F40). */
async function auditBehind({ request, tool, ports, question }: Call): Promise<string | undefined> {
  const { audit } = ports;
  if (audit?.classes.some((each) => each === tool.effect) !== true) return undefined;
  // The effect may begin for a while only, and so much of it is not to be spent on waiting.
  const waitMs = Math.min(AUDIT_WAIT_MS, tool.startDeadlineMs / 2);
  return (await audit.flush(request, waitMs, question.signal)).behind;
}

async function checkNow(call: Call): Promise<Found> {
  const { request, tool, ports, question } = call;
  const { agent, model } = request;
  const [{ view, above }, check] = await Promise.all([
    readFamily(ports.readAuthority, request, question.signal),
    ports.stops?.check(
      {
        tool: tool.name,
        agent,
        ...tenantOf(request),
        ...(model === undefined ? {} : { model }),
      },
      question.signal,
    ),
  ]);
  const over = overIn(view, request, question);
  if (over !== undefined) return { blocked: blocked("cancelled", over) };
  const stop = stopIn(check);
  if (stop !== undefined) return { blocked: stop };
  // Whatever was let through before: a person has frozen the task's effects since (R72).
  if (view.hold === "quarantined")
    return { blocked: blocked("stopped", "the task is quarantined") };
  const other = otherIn(view, request, question);
  if (other !== undefined) return { blocked: blocked("stale", other) };
  const refused = above.length === 0 ? undefined : checkAbove(call, above);
  return refused === undefined ? checkJudged(call, view) : { blocked: refused };
}

/** Whatever the child was given: none of those above may be without it now. */
function checkAbove(
  { ports, tool, question }: Call,
  above: FamilyView["above"],
): Blocked | undefined {
  const touched = touchedResource(tool, question.input);
  if (touched === undefined) return blocked("denied", NO_RESOURCE);
  const { verb, arguments: given } = question;
  const now = (ports.now ?? Date.now)();
  const call = { tool: tool.name, resource: touched.resource, arguments: given, now };
  for (const [parent, view] of above) {
    const refused = refusedAbove(parent, view, { verb, call });
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/** Grants, policy and the approval, by the task as it is. */
function checkJudged(call: Call, view: AuthorityView): Found {
  const { operation } = view;
  const undoes = call.question.verb === "compensate";
  // Whoever cancels or rolls back has decided that it is undone.
  const approved = undoes || operation?.approved === true;
  const judged = judge(call, view, approved);
  if (judged === undefined) return { blocked: blocked("denied", NO_RESOURCE) };
  if (judged.verdict === "deny") return { blocked: refusalBy(judged), judged };
  if (undoes) return { judged };
  if (judged.verdict === "approve") return { blocked: blocked("stale", judged.reason), judged };
  if (operation?.approved !== true) return { judged };
  const { approvalDigest } = operation;
  return { blocked: checkApproval(call, operation), judged, approvalDigest };
}

/** Why nothing is to be done any more for the task, or undefined. */
function overIn(
  view: AuthorityView,
  { taskUid }: ToolRequest,
  { verb }: EffectQuestion,
): string | undefined {
  if (view.taskUid !== taskUid) return "the task is another one now";
  if (verb === "compensate") {
    return view.compensating ? undefined : "the task does not undo its effects any more";
  }
  if (view.cancelling || view.compensating || hasEnded(view.status)) {
    return `the task is ${view.status}`;
  }
  if (view.operation?.state === "issued") return undefined;
  return "the task does not wait for this attempt any more";
}

/** What the task has recorded of the call that is otherwise in the request, or undefined. */
function otherIn(
  { operation }: AuthorityView,
  request: ToolRequest,
  { verb }: EffectQuestion,
): string | undefined {
  if (verb === "compensate" || operation === undefined) return undefined;
  if (operation.tool !== request.tool) return "the task has recorded another tool";
  if (operation.argumentsDigest === request.argumentsDigest) return undefined;
  return "the task has recorded other arguments";
}

type Approved = NonNullable<AuthorityView["operation"]>;

/** What would run now must be, in every part, what the person's decision named (R33, R96). */
function checkApproval(call: Call, operation: Approved): Blocked | undefined {
  const { ports, request, tool, question } = call;
  const { policyVersion, agentVersion, approvalDigest, approvedAs } = operation;
  if (policyVersion !== ports.policyVersion) {
    const now = ports.policyVersion;
    const changes = changeOf("policy-version", policyVersion ?? "", now);
    return { ...blocked("stale", "the policies have changed since it was proposed"), changes };
  }
  const resource = touchedResource(tool, question.input)?.resource;
  const digest = proposalDigest({
    taskUid: request.taskUid,
    operationId: approvedAs ?? request.operationId,
    tool: tool.name,
    toolVersion: tool.version,
    effect: tool.effect,
    argumentsDigest: request.argumentsDigest,
    policyVersion,
    ...(agentVersion === undefined ? {} : { agentVersion }),
    ...(resource === undefined ? {} : { resource }),
    ...(request.precondition === undefined ? {} : { precondition: request.precondition }),
  });
  return digest === approvalDigest ? undefined : blocked("stale", "it is not what was approved");
}

/** Undefined where the author's code does not say what the call touches. */
function judge(
  { ports, request, tool, question }: Call,
  { owner, tenant, grants }: Holder,
  approved: boolean,
): Authority | undefined {
  const touched = touchedResource(tool, question.input);
  if (touched === undefined) return undefined;
  const { name, version: toolVersion, effect, approval } = tool;
  const { agent, taskUid } = request;
  const call = { tool: name, toolVersion, effect, approval, resource: touched.resource };
  return ports.judge({
    grants: grants ?? grantsForTools([tool]),
    task: { taskUid, agent, owner, tenant },
    call: { ...call, arguments: question.arguments },
    approved,
    now: (ports.now ?? Date.now)(),
  });
}

function refusalBy({ verdict, code, reason }: Authority): Blocked | undefined {
  if (verdict !== "deny") return undefined;
  return blocked(code === "grant_expired" ? "credential" : "denied", reason);
}

function stopIn(check: CheckResult | undefined): Blocked | undefined {
  return check?.stopped === true ? blocked("stopped", describeStop(check)) : undefined;
}

function tenantOf({ tenant }: ToolRequest): { readonly tenant?: string } {
  return tenant === undefined ? {} : { tenant };
}

function blocked(code: BlockCode, reason: string): Blocked {
  return { outcome: "blocked", code, reason };
}
