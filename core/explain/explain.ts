// Owns the one answer to "why is it not moving" (R100), from a task's head and the few events that it
// points to. What only the engine knows is added by with-engine.ts.
import type { Blocker, Explanation, Remedy, Unblocker } from "../../contract/explanation.ts";
import { isoTime } from "../../contract/iso-time.ts";
import type { TaskHead } from "../task-head.ts";
import { runbookPath, STATUS_CARE } from "../watch/status-care.ts";
import { blockersOf } from "./blockers.ts";
import { seqsOf, type Sources } from "./explain-operation.ts";
import { resumeContext } from "./resume-context.ts";

/** Positions of the events that `explain` needs. */
export function seqsExplained({ operations, lastError }: TaskHead): readonly number[] {
  const error = lastError === undefined ? [] : [lastError.seq];
  return [...new Set([...operations.flatMap(seqsOf), ...error])];
}

export function explain(head: TaskHead, sources: Sources): Explanation {
  const { agent, taskId, taskUid, status, reason, owner, escalation, stuck, park } = head;
  const blockers = blockersOf(head, sources);
  return withText({
    text: "",
    agent,
    taskId,
    taskUid,
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(owner === undefined ? {} : { owner }),
    ...(escalation === undefined ? {} : { escalation }),
    blockers,
    ...(park.wakeAt === undefined ? {} : { nextWakeAt: park.wakeAt }),
    onResume: resumeContext(head, blockers, sources),
    recoveryOwner: STATUS_CARE[status].recovery,
    runbook: runbookPath(status),
    ...(stuck === undefined ? {} : { stuck }),
  });
}

/** The explanation with the line that says it all. */
export function withText(explanation: Explanation): Explanation {
  const { status, blockers, nextWakeAt, stuck } = explanation;
  const [first, ...more] = blockers;
  const parts = [
    `${status}; since ${isoTime(first.since)} it waits for ${first.what}`,
    ...(first.until === undefined ? [] : [`until ${isoTime(first.until)}`]),
    whoCan(first),
    ...(more.length === 0 ? [] : [`${more.length} more below`]),
    ...(nextWakeAt === undefined ? [] : [`it looks again at ${isoTime(nextWakeAt)}`]),
    ...(stuck === undefined
      ? []
      : [`it counts as stuck (${stuck.kind}) since ${isoTime(stuck.at)}`]),
  ];
  return { ...explanation, text: parts.join("; ") };
}

function whoCan({ who, how }: Blocker): string {
  const [best] = how;
  const by = best === undefined ? "" : ` by ${sayRemedy(best)}`;
  if (who.kind === "nobody") return "nobody can change that";
  if (who.kind !== "runtime") return `${nameOf(who)} can bring it on${by}`;
  return `it goes on by itself${best === undefined ? "" : `; sooner${by}`}`;
}

function sayRemedy({ path, command }: Remedy): string {
  return command === undefined ? `POST ${path}` : `\`${command}\` (POST ${path})`;
}

function nameOf({ kind, names }: Unblocker): string {
  if (names === "anyone") return "anyone who may decide";
  const known = names === undefined ? "" : ` ${names.join(", ")}`;
  return `${SAID[kind]}${known}`;
}

const SAID: Readonly<Record<Unblocker["kind"], string>> = {
  deciders: "a decider:",
  outside: "the source of",
  operator: "an operator",
  owner: "the owner",
  user: "a user",
  runtime: "the runtime",
  nobody: "nobody",
};
