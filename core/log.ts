// Owns how events become entries of the hash-chained task log (L10), and the check of a chain.
// Where entries are kept is the business of objects/ and of the in-memory runner.
import type { StoredText } from "../contract/artifact.ts";
import type { Actor, EventBody, TaskEvent } from "../contract/event.ts";
import { EVENT_VERSION } from "../contract/event.ts";
import { digestOf, sha256 } from "./digest.ts";

/** `prev` of the first entry. */
export const GENESIS = "0".repeat(64);

const RUNTIME: Actor = { kind: "runtime" };

/** The end of a log: what the next entry is chained to. */
export interface LogEnd {
  readonly nextSeq: number;
  readonly hash: string;
  /** `at` of the last entry. */
  readonly updatedAt: number;
  /** The task's own, from which each entry's is made. Absent in heads of version 1 logs. */
  readonly salt?: string;
}

/** Gives one event its place behind the end of a log. `at` is raised to never decrease. */
export function sealEvent(end: LogEnd, body: EventBody, at: number): TaskEvent {
  const unhashed = {
    v: end.salt === undefined ? 1 : EVENT_VERSION,
    seq: end.nextSeq,
    at: Math.max(at, end.updatedAt),
    type: body.type,
    actor: body.actor ?? RUNTIME,
    ...(body.reason === undefined ? {} : { reason: body.reason }),
    data: body.data,
    ...(end.salt === undefined ? {} : { salt: sha256(`${end.salt}/${end.nextSeq}`).slice(0, 32) }),
    prev: end.hash,
  };
  // The union of bodies is closed over `type` and `data` together, which a spread loses.
  return withHash(unhashed as Unhashed) as TaskEvent;
}

type Unhashed = Omit<TaskEvent, "hash" | "type" | "data"> & {
  readonly type: string;
  readonly data: object;
};

/**
 * Half a character has no digest. Wherever one comes from (a model, a tool, a decision), it must
 * not keep an event from being recorded: a handler that cannot record holds its task for ever.
 */
function withHash(unhashed: Unhashed): object {
  try {
    return { ...unhashed, hash: entryHash(unhashed) };
  } catch {
    const mended = wellFormed(unhashed) as Unhashed;
    return { ...mended, hash: entryHash(mended) };
  }
}

/**
 * What an entry's hash has to be. From version 2 on it is that of the emptied entry, so that it stays
 * what it was when the content is erased (R102).
 */
function entryHash(entry: Unhashed): string {
  return digestOf(entry.v === 1 || entry.erased !== undefined ? entry : emptied(entry));
}

/** With the digest of its content in the place of the content. */
function emptied(entry: Unhashed): Unhashed {
  const { actor, reason, data, salt, ...rest } = entry;
  const said = reason === undefined ? {} : { reason };
  const erased = digestOf({ actor, ...said, data, salt });
  return { ...rest, actor: { kind: actor.kind }, data: {}, erased };
}

/** What says nothing of anybody, and by which versions and erasures stay known. */
const KEPT: readonly string[] = ["segment.started", "task.erased"] satisfies TaskEvent["type"][];

/** The entry without what people, models and tools have said; its hash stays. Not of version 1. */
export function eraseContent(event: TaskEvent): TaskEvent {
  if (event.erased !== undefined || event.v === 1 || KEPT.includes(event.type)) return event;
  const { hash, ...unhashed } = event;
  // Its data is of no type's form any more, which `erased` says.
  return { ...emptied(unhashed), hash } as TaskEvent;
}

function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, wellFormed(each)]));
}

export interface ChainProblem {
  readonly seq: number;
  readonly problem: string;
}

/** What is wrong with the first entry that is not in order, or undefined for a sound log. */
export function chainProblem(
  events: readonly TaskEvent[],
  from: { readonly seq: number; readonly hash: string } = { seq: 0, hash: GENESIS },
): ChainProblem | undefined {
  let seq = from.seq;
  let hash = from.hash;
  for (const event of events) {
    if (event.seq !== seq) return { seq, problem: `expected entry ${seq}, found ${event.seq}` };
    if (event.prev !== hash)
      return { seq, problem: `entry ${seq} is not chained to the one before` };
    const { hash: claimed, ...unhashed } = event;
    if (entryHash(unhashed) !== claimed) return { seq, problem: `entry ${seq} was changed` };
    seq += 1;
    hash = claimed;
  }
  return undefined;
}

/** What is wrong with how the entries from a position on are linked; their content is not hashed. */
export function linkProblem(events: readonly TaskEvent[], first: number): ChainProblem | undefined {
  for (let seq = first; seq < events.length; seq += 1) {
    const prev = events[seq - 1]?.hash ?? GENESIS;
    const event = events[seq];
    if (event?.seq !== seq || event.prev !== prev)
      return { seq, problem: `entry ${seq} is not chained to the one before` };
  }
  return undefined;
}

/** An event's size in bytes of JSON, about: only a few of its parts vary much. */
export function eventSize(event: TaskEvent): number {
  const frame = 512;
  if (event.type === "message.received") {
    return event.data.parts.reduce(
      (sum, part) => sum + (part.type === "text" ? textSize(part.body) : 0),
      frame,
    );
  }
  if (event.type === "model.answered") {
    const { text, items, calls } = event.data.answer;
    const texts = [text, items, event.data.response, ...calls.map((call) => call.arguments)];
    return texts.reduce((sum, each) => sum + textSize(each), frame);
  }
  const returned = event.type === "tool.returned" && event.data.outcome === "ok";
  return returned ? frame + textSize(event.data.result) : frame;
}

function textSize(stored: StoredText | undefined): number {
  return stored !== undefined && "text" in stored ? stored.text.length : 0;
}
