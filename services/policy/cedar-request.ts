// Owns how a question of ours becomes a request of Cedar's: principal, action, resource,
// context and entities, as POLICY_SCHEMA declares them.
import type { CedarValueJson, EntityJson, TypeAndId } from "@cedar-policy/cedar-wasm/nodejs";
import type { PolicyCall, PolicyQuestion, PolicyTask } from "../../contract/policy.ts";
import { datetimeToCedar, toCedar } from "./cedar-value.ts";
import type { ContextUse } from "./context-use.ts";

export interface CedarRequest {
  readonly principal: TypeAndId;
  readonly action: TypeAndId;
  readonly resource: TypeAndId;
  readonly context: Record<string, CedarValueJson>;
  readonly entities: EntityJson[];
}

const entity = (type: string, id: string): TypeAndId => ({ type, id });
const refer = (type: string, id: string): CedarValueJson => ({ __entity: entity(type, id) });

/** Throws for a time that is none, and for arguments that are nested too deeply. */
export function toRequest(question: PolicyQuestion, used: ContextUse): CedarRequest {
  const { action, task, call } = question;
  return {
    principal: principalOf(question),
    action: entity("Action", action),
    resource: entity("Tool", call.tool),
    context: contextOf(question, used),
    entities: [taskEntity(task), toolEntity(call)],
  };
}

const ATTRIBUTES: Readonly<
  Record<string, (question: PolicyQuestion) => CedarValueJson | undefined>
> = {
  task: ({ task }) => refer("Task", task.taskUid),
  target: ({ call }) => call.resource,
  arguments: ({ call }) => toCedar(call.arguments),
  now: ({ now }) => datetimeToCedar(now),
  approved: (question) => (question.action === "approve" ? undefined : question.approved),
  requester: requesterOf,
  claimedBy: (question) =>
    question.action === "approve" && question.claimedBy !== undefined
      ? refer("Person", question.claimedBy)
      : undefined,
};
const READERS = Object.entries(ATTRIBUTES);

function contextOf(question: PolicyQuestion, used: ContextUse): Record<string, CedarValueJson> {
  const context: Record<string, CedarValueJson> = {};
  for (const [name, read] of READERS) {
    const value = used(name) ? read(question) : undefined;
    if (value !== undefined) context[name] = value;
  }
  return context;
}

function requesterOf(question: PolicyQuestion): CedarValueJson | undefined {
  if (question.action !== "approve" || question.requester === undefined) return undefined;
  return refer("Person", question.requester);
}

function principalOf(question: PolicyQuestion): TypeAndId {
  if (question.action !== "approve") return entity("Task", question.task.taskUid);
  const { by } = question;
  return by === undefined ? entity("Holder", "awakeable") : entity("Person", by);
}

function taskEntity({ taskUid, agent, owner, tenant }: PolicyTask): EntityJson {
  const inTenant = tenant === undefined ? [] : [entity("Tenant", tenant)];
  return {
    uid: entity("Task", taskUid),
    attrs: {
      agent: refer("Agent", agent),
      ...(owner === undefined ? {} : { owner: refer("Person", owner) }),
      ...(tenant === undefined ? {} : { tenant: refer("Tenant", tenant) }),
    },
    parents: [entity("Agent", agent), ...inTenant],
  };
}

function toolEntity({ tool, toolVersion, effect, approval }: PolicyCall): EntityJson {
  return {
    uid: entity("Tool", tool),
    attrs: { version: toolVersion, effect, approval },
    parents: [],
  };
}
