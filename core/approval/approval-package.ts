// Owns the package that a task sends to an approval: the exact call, and the evidence that led to
// it, each with its hash (R33, R34).
import type { ApprovalEvidence, ApprovalPackage } from "../../contract/approval.ts";
import type { ArtifactRef, StoredText } from "../../contract/artifact.ts";
import type { EventData, TaskEvent } from "../../contract/event.ts";
import type { TaskHead } from "../task-head.ts";

/** Entries of the log behind a request that are looked through for what led to it. */
export const EVIDENCE_WINDOW = 64;

/** What the log has of a request. */
export interface RequestSources {
  readonly requested: EventData["approval.requested"];
  readonly arguments: StoredText;
  /** The message that opened the turn, and all of the turn that is within the window. */
  readonly events: readonly TaskEvent[];
}

type Requesting = Pick<TaskHead, "agent" | "taskId" | "taskUid" | "owner"> & {
  readonly tenant?: string | undefined;
};

export function approvalPackage(head: Requesting, sources: RequestSources): ApprovalPackage {
  const { agent, taskId, taskUid, owner, tenant } = head;
  const { requested, events } = sources;
  const { operationId, request, rule, requestedAt } = requested;
  const by = events.find((each) => each.type === "message.received")?.actor.id;
  return {
    v: 1,
    operationId,
    request,
    requester: { agent, taskId, taskUid, ...(by === undefined ? {} : { by }) },
    ...(owner === undefined ? {} : { owner }),
    ...(tenant === undefined ? {} : { tenant }),
    call: callOf(requested, sources.arguments),
    evidence: evidenceOf(events, sources.arguments),
    rule,
    requestedAt,
  };
}

function callOf(
  requested: EventData["approval.requested"],
  given: StoredText,
): ApprovalPackage["call"] {
  const { tool, toolVersion, effect, argumentsDigest } = requested;
  const { agentVersion, policyVersion, resource, precondition } = requested;
  return {
    tool,
    toolVersion,
    effect,
    arguments: given,
    argumentsDigest,
    agentVersion,
    policyVersion,
    ...(resource === undefined ? {} : { resource }),
    ...(precondition === undefined ? {} : { precondition }),
  };
}

const LEADS: ReadonlySet<TaskEvent["type"]> = new Set([
  "message.received",
  "model.answered",
  "tool.returned",
]);

/** Each event once, in the order of the log. */
function evidenceOf(events: readonly TaskEvent[], given: StoredText): ApprovalEvidence {
  const led = new Map(
    events.filter(({ type }) => LEADS.has(type)).map((event) => [event.seq, event]),
  );
  const texts = [given, ...[...led.values()].flatMap(textsOf)];
  const refs = texts.flatMap((text) => ("artifact" in text ? [text.artifact] : []));
  const artifacts = new Map(refs.map(({ sha256, size }) => [sha256, { sha256, size }]));
  const ordered = [...led.values()].toSorted((a, b) => a.seq - b.seq);
  return {
    events: ordered.map(({ seq, hash }) => ({ seq, hash })),
    artifacts: [...artifacts.values()],
  };
}

type Referring = StoredText | { readonly artifact: ArtifactRef };

function textsOf(event: TaskEvent): readonly Referring[] {
  if (event.type === "message.received") {
    return event.data.parts.map((part) => (part.type === "text" ? part.body : part));
  }
  if (event.type === "tool.returned" && event.data.outcome === "ok") return [event.data.result];
  if (event.type === "model.answered" && event.data.answer.text !== undefined)
    return [event.data.answer.text];
  return [];
}
