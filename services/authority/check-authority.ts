// Owns the last question before a call, in the tool's own service (L8): the task as it is now, the
// stops, grants and policy, and the approval's digest. Not journaled; what it refuses is.
import type { AuthorityView } from "../../contract/effect-api.ts";
import type { CheckAuthority, EffectQuestion } from "../../contract/effect-port.ts";
import type { Authority, JudgeAuthority } from "../../contract/policy.ts";
import { hasEnded } from "../../contract/status.ts";
import type { CheckResult, StopsView } from "../../contract/stop.ts";
import { describeStop } from "../../contract/stop.ts";
import type { AnyTool, BlockCode, Blocked, ToolRequest } from "../../contract/tool.ts";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";
import { grantsForTools } from "../../core/grant/name-grants.ts";
import { proposalDigest } from "../../core/proposal.ts";
import { NO_RESOURCE, touchedResource } from "../../core/touched-resource.ts";

/** The task's own view, as of now. Rejects when nobody could be asked. */
export type ReadAuthority = (
  task: Pick<ToolRequest, "agent" | "taskId">,
  operationId: string,
  signal: AbortSignal,
) => Promise<AuthorityView>;

export interface AuthorityPorts {
  readonly judge: JudgeAuthority;
  readonly policyVersion: string;
  readonly readAuthority: ReadAuthority;
  /** Nothing is ever stopped where it is left out. */
  readonly stops?: StopsView | undefined;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export function createCheckAuthority(ports: AuthorityPorts): CheckAuthority {
  return (request, tool, question) => {
    const call: Call = { ports, request, tool, question };
    return EFFECT_POLICY[tool.effect].freshAuthority ? checkFresh(call) : checkCarried(call);
  };
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
async function checkCarried(call: Call): Promise<Blocked | undefined> {
  const { request, tool, ports } = call;
  const found = ports.stops?.recent({
    tool: tool.name,
    agent: request.agent,
    ...tenantOf(request),
  });
  const stop = stopIn(found instanceof Promise ? await found : found);
  if (stop !== undefined) return stop;
  const authority = judge(call, request, false);
  if (authority === undefined) return blocked("denied", NO_RESOURCE);
  // Whether a person has approved it only the task can say.
  return authority.verdict === "approve" ? checkFresh(call) : refusalBy(authority);
}

async function checkFresh(call: Call): Promise<Blocked | undefined> {
  const { request, tool, ports, question } = call;
  const { agent, model } = request;
  const [view, check] = await Promise.all([
    ports.readAuthority(request, request.operationId, question.signal),
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
  if (over !== undefined) return blocked("cancelled", over);
  const stop = stopIn(check);
  if (stop !== undefined) return stop;
  const other = otherIn(view, request, question);
  if (other !== undefined) return blocked("stale", other);
  // Whoever cancels or rolls back has decided that it is undone.
  const approved = question.verb === "compensate" || view.operation?.approved === true;
  const authority = judge(call, view, approved);
  if (authority === undefined) return blocked("denied", NO_RESOURCE);
  if (authority.verdict === "deny") return refusalBy(authority);
  if (question.verb === "compensate") return undefined;
  if (authority.verdict === "approve") return blocked("stale", authority.reason);
  return view.operation?.approved === true ? checkApproval(call, view.operation) : undefined;
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
    return blocked("stale", "the policies have changed since it was proposed");
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
