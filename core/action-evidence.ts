// Owns the evidence of every action of a task, read out of its log (R81): who, with which capability,
// by which decision, made of what, with which outcome, when. One record per call of a tool, per
// question of `reconcile`, per undoing, and per call that was refused; nothing of it is stored twice.
import type { StoredText } from "../contract/artifact.ts";
import type { ActionEvidence } from "../contract/evidence.ts";
import type { Answered, CallPosition, EventData, TaskEvent } from "../contract/event.ts";
import type { CallCheck } from "../contract/model.ts";
import { evidenceIn } from "./call-evidence.ts";
import { digestOf, sha256 } from "./digest.ts";

/** A whole log, from its first event. Of erased entries there is none. */
export function evidenceOf(log: readonly TaskEvent[]): readonly ActionEvidence[] {
  const known: Known = {
    agent: "",
    calls: new Map(),
    blocked: new Set(),
    waiting: new Map(),
    found: [],
  };
  for (const event of log.filter(({ erased }) => erased === undefined)) {
    learn(known, event);
    const evidence = evidenceFrom(known, event);
    if (evidence !== undefined) known.found.push(evidence);
  }
  return known.found;
}

/** What was learnt of the log so far. */
interface Known {
  agent: string;
  owner?: string | undefined;
  tenant?: string | undefined;
  /** Of the last answer that names one. */
  policyVersion?: string | undefined;
  /** By step and ordinal. */
  readonly calls: Map<string, KnownCall>;
  /** Operations whose block is the record of their call. */
  readonly blocked: Set<string>;
  /** Where the call of an operation is recorded whose tool has asked for a wait. */
  readonly waiting: Map<string, number>;
  readonly found: ActionEvidence[];
}

type KnownCall = Pick<ActionEvidence, "inputsDigest" | "effect" | "answer">;
type Place = Pick<CallPosition, "step" | "ordinal">;

function nameOf({ step, ordinal }: Place): string {
  return `${step}/${ordinal}`;
}

function learn(known: Known, event: TaskEvent): void {
  if (event.type === "task.started") {
    const { agent, owner, tenant } = event.data;
    Object.assign(known, { agent, owner, tenant });
  }
  if (event.type === "owner.changed") known.owner = event.data.owner;
  if (event.type === "model.answered") learnAnswer(known, event.data);
  if (event.type === "call.repeated" || event.type === "tool.returned") {
    learnInputs(known, event.data, event.data.argumentsDigest);
  }
  // A person has put others in the place of the model's.
  if (event.type === "approval.recorded" || event.type === "approval.decided") {
    const { edited, operationId } = event.data;
    if (edited !== undefined) learnInputs(known, placeOf(operationId), edited.argumentsDigest);
  }
}

function learnAnswer(
  known: Known,
  { step, answer, policyVersion = known.policyVersion }: EventData["model.answered"],
): void {
  known.policyVersion = policyVersion;
  for (const [ordinal, { check, arguments: given }] of answer.calls.entries()) {
    known.calls.set(nameOf({ step, ordinal }), judgedCall(policyVersion, check, given));
  }
}

/** `taskUid/step/ordinal/attempt`. */
function placeOf(operationId: string): Place {
  const [ordinal, step] = operationId.split("/").slice(-3, -1).toReversed();
  return { step: Number(step), ordinal: Number(ordinal) };
}

function learnInputs(known: Known, place: Place, inputsDigest: string): void {
  const call = known.calls.get(nameOf(place));
  if (call !== undefined) known.calls.set(nameOf(place), { ...call, inputsDigest });
}

/** As the answer that asked for it was judged; of a plain read only the version is on record. */
function judgedCall(
  policyVersion: string | undefined,
  check: CallCheck,
  given: StoredText,
): KnownCall {
  const version = policyVersion === undefined ? {} : { policyVersion };
  if (!check.ok) {
    return { inputsDigest: textDigest(given), answer: { decision: "deny", ...version } };
  }
  const { digest, effect, policies, grantId } = check;
  const answer = {
    decision: "permit" as const,
    ...(check.policyVersion === undefined ? version : { policyVersion: check.policyVersion }),
    ...(policies === undefined ? {} : { policies }),
    ...(grantId === undefined ? {} : { grantId }),
  };
  return { inputsDigest: digest, effect, answer };
}

function evidenceFrom(known: Known, event: TaskEvent): ActionEvidence | undefined {
  const { type, data } = event;
  if (type === "call.refused") {
    return record(known, event, data, { verb: "execute", outcome: `refused: ${data.code}` });
  }
  if (type === "call.blocked") {
    known.blocked.add(data.operationId);
    return record(known, event, data, { verb: "execute", outcome: `blocked: ${data.code}` });
  }
  if (type === "wait.opened" && data.ran !== undefined) {
    known.waiting.set(data.operationId, known.found.length);
    return record(known, event, { ...data, ...data.ran }, { verb: "execute", outcome: "waiting" });
  }
  if (type === "tool.returned") return returnedEvidence(known, event, data);
  if (type === "effect.reconciled") {
    return record(known, event, data, { verb: "reconcile", outcome: data.outcome });
  }
  if (type === "effect.compensated") {
    return record(known, event, data, { verb: "compensate", outcome: data.outcome });
  }
  if (type === "compensation.blocked") {
    return record(known, event, data, { verb: "compensate", outcome: `blocked: ${data.code}` });
  }
  return undefined;
}

/** What is found or stated later is no call of its own, and neither is what a block comes to. */
function returnedEvidence(
  known: Known,
  event: TaskEvent,
  data: EventData["tool.returned"],
): ActionEvidence | undefined {
  if (known.blocked.has(data.operationId)) return undefined;
  if (data.via === "statement" || data.via === "override") return undefined;
  if (data.via === "reconcile") {
    amend(known, known.found.length - 1, outputOf(data));
    return undefined;
  }
  const at = known.waiting.get(data.operationId);
  if (at !== undefined) {
    amend(known, at, { outcome: data.outcome, ...outputOf(data) });
    return undefined;
  }
  const ended = { verb: "execute", outcome: data.outcome, ...outputOf(data) } as const;
  return record(known, event, data, ended);
}

/** What became of an action is known later than that it was made. */
function amend({ found }: Known, at: number, later: Partial<ActionEvidence>): void {
  const made = found[at];
  if (made !== undefined) found[at] = { ...made, ...later };
}

function outputOf(data: EventData["tool.returned"]): Pick<ActionEvidence, "outputDigest"> {
  if (data.outcome === "ok") return { outputDigest: textDigest(data.result) };
  if (data.outcome !== "error") return {};
  return { outputDigest: digestOf({ code: data.code, message: data.message }) };
}

function textDigest(stored: StoredText): string {
  return "text" in stored ? sha256(stored.text) : stored.artifact.sha256;
}

function record(
  { agent, owner, tenant, calls }: Known,
  { seq, at, hash }: TaskEvent,
  data: CallPosition & Partial<Answered>,
  ended: Pick<ActionEvidence, "verb" | "outcome" | "outputDigest">,
): ActionEvidence {
  const { operationId, tool, toolVersion } = data;
  const call = calls.get(nameOf(data));
  const { authority, credentials } = evidenceIn(data);
  return {
    seq,
    hash,
    at: data.startedAt ?? at,
    agent,
    ...(owner === undefined ? {} : { owner }),
    ...(tenant === undefined ? {} : { tenant }),
    operationId,
    tool,
    ...(toolVersion === undefined ? {} : { toolVersion }),
    ...(call?.effect === undefined ? {} : { effect: call.effect }),
    inputsDigest: call?.inputsDigest ?? "",
    ...(call === undefined ? {} : { answer: call.answer }),
    judgedAt: authority === undefined ? "answer" : "effect",
    decision: (authority ?? call?.answer)?.decision ?? "deny",
    ...(authority === undefined ? {} : { authority }),
    ...(credentials === undefined ? {} : { credentials }),
    ...ended,
  };
}
