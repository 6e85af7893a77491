// Owns the package that a task sends to an approval: the exact call, and the evidence that led to
// it, each with its hash (R33, R34).
import type { ApprovalEvidence, ApprovalPackage } from "../../contract/approval.ts";
import type { ArtifactRef, StoredText } from "../../contract/artifact.ts";
import type { EventData, TaskEvent } from "../../contract/event.ts";
import type { TaskHead } from "../task-head.ts";
import { withPerson } from "../turn-persons.ts";
import { fingerprintIn } from "./captured-change.ts";

/** Entries of the log behind a request that are looked through for what led to it. */
export const EVIDENCE_WINDOW = 64;

/** The release of an answer is requested as a call is. */
type RequestedCall = Omit<EventData["review.requested"], "answerSeq">;

/** What the log has of a request. */
export interface RequestSources {
  readonly requested: RequestedCall;
  readonly arguments: StoredText;
  /** The message that opened the turn, and all of the turn that is within the window. */
  readonly events: readonly TaskEvent[];
  /** What made the request before stale, if one was. */
  readonly stale?: TaskEvent | undefined;
}

type Requesting = Pick<TaskHead, "agent" | "taskId" | "taskUid" | "owner"> & {
  readonly tenant?: string | undefined;
  readonly turn: Pick<TaskHead["turn"], "persons" | "crowded">;
};

export function approvalPackage(head: Requesting, sources: RequestSources): ApprovalPackage {
  const { owner, tenant } = head;
  const { requested, events } = sources;
  const { operationId, request, rule, requestedAt } = requested;
  return {
    v: 1,
    operationId,
    request,
    requester: requesterOf(head, events),
    ...(owner === undefined ? {} : { owner }),
    ...(tenant === undefined ? {} : { tenant }),
    call: callOf(requested, sources.arguments),
    evidence: evidenceOf(events, sources.arguments),
    rule,
    requestedAt,
    ...followed(sources.stale),
  };
}

/** All who have a part in the turn: whoever steers it asks for what follows (R35, R97). */
function requesterOf(
  { agent, taskId, taskUid, turn }: Requesting,
  events: readonly TaskEvent[],
): ApprovalPackage["requester"] {
  const authors = events.flatMap(({ type, actor }) =>
    type === "message.received" ? [actor.id] : [],
  );
  const [by] = authors;
  // A turn that was opened under code that kept no persons has what is within the window.
  const { persons = [], crowded } = authors.reduce(
    (known, author) => ({ ...known, ...withPerson(known, author) }),
    turn,
  );
  return {
    agent,
    taskId,
    taskUid,
    ...(by === undefined ? {} : { by }),
    ...(persons.some((each) => each !== by) ? { persons } : {}),
    ...(crowded === undefined ? {} : { crowded }),
  };
}

function followed(stale: TaskEvent | undefined): Pick<ApprovalPackage, "follows"> {
  if (stale?.type === "approval.stale") {
    const { approvalId, changes } = stale.data;
    return { follows: { approvalId, changes } };
  }
  if (stale?.type !== "review.noticed" || stale.data.notice.type !== "stale") return {};
  const { approvalId, notice } = stale.data;
  return { follows: { approvalId, changes: notice.changes } };
}

function callOf(requested: RequestedCall, given: StoredText): ApprovalPackage["call"] {
  const { tool, toolVersion, effect, argumentsDigest } = requested;
  const { agentVersion, policyVersion, resource } = requested;
  return {
    tool,
    toolVersion,
    effect,
    arguments: given,
    argumentsDigest,
    agentVersion,
    policyVersion,
    ...(resource === undefined ? {} : { resource }),
    ...fingerprintIn(requested),
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
