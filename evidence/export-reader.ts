// Owns what the lines of an export have to be, one after the other: which may follow which, and what
// each is held against. Where lines come from is verify-export.ts's.
import { createHash, type Hash } from "node:crypto";
import {
  type EvidencePublicKeys,
  EXPORT_PART_BYTES,
  eventOfLine,
  type ExportCheck,
  type ExportHeader,
  type ExportLine,
  type ExportProblem,
} from "../contract/evidence-export.ts";
import type { TaskEvent } from "../contract/event.ts";
import { digestOf } from "../core/digest.ts";
import { chainProblem, GENESIS } from "../core/log.ts";
import { artifactsOf } from "../core/artifacts-of.ts";
import { keyIdOf, signatureProblem } from "./sign-head.ts";
import { createVersions } from "./versions.ts";

type Problem = Omit<ExportProblem, "line">;
type LineOf<Kind extends string> = Extract<ExportLine, Readonly<Record<Kind, unknown>>>;

export interface ExportReader {
  /** What is wrong with the next line. `before`: the SHA-256 of all lines before it. */
  take(line: ExportLine, before: () => string): Promise<Problem | undefined>;
  /** What is missing once there are no more lines. */
  problemAtEnd(): string | undefined;
  found(): Omit<ExportCheck, "ok" | "problem" | "sha256">;
}

interface Reading {
  header?: ExportHeader;
  last: { readonly seq: number; readonly hash: string };
  erased: number;
  /** The first erased entry since the log has last said that those before are. */
  unexplained?: number;
  versions?: ReturnType<typeof createVersions>;
  /** Artifacts that entries refer to, each with the first that does so. */
  readonly wanted: Set<string>;
  readonly order: { readonly sha256: string; readonly seq: number }[];
  /** How many of them were there. */
  included: number;
  part?: {
    readonly sha256: string;
    readonly next: number;
    readonly of: number;
    readonly hash: Hash;
  };
  signature: ExportCheck["signature"];
  keyId?: string | undefined;
  ended: boolean;
}

export function createExportReader(keys: EvidencePublicKeys | undefined): ExportReader {
  const reading: Reading = {
    last: { seq: -1, hash: GENESIS },
    erased: 0,
    wanted: new Set(),
    order: [],
    included: 0,
    signature: "absent",
    ended: false,
  };
  return {
    take: (line, before) => take(reading, keys, line, before),
    problemAtEnd: () => {
      if (reading.header === undefined) return "the file is empty";
      return reading.ended ? undefined : "the file was cut: it has no end";
    },
    found: () => foundIn(reading),
  };
}

async function take(
  reading: Reading,
  keys: EvidencePublicKeys | undefined,
  line: ExportLine,
  before: () => string,
): Promise<Problem | undefined> {
  if (reading.ended) return { problem: "there is more behind the end" };
  if ("header" in line) {
    if (reading.header !== undefined) return { problem: "there is a second header" };
    reading.header = line.header;
    reading.versions = createVersions(line.header.agent);
    return undefined;
  }
  if (reading.header === undefined) return { problem: "the file does not begin with its header" };
  if ("event" in line) return takeEvent(reading, line);
  if ("artifact" in line) return takeArtifact(reading, line);
  const behind = problemBehind(reading);
  if (behind !== undefined) return behind;
  if ("head" in line) return takeHead(reading, reading.header, keys, line);
  return takeEnd(reading, keys, line, before);
}

function takeEvent(reading: Reading, line: LineOf<"event">): Problem | undefined {
  const { last, wanted, order } = reading;
  const event = eventOfLine(line);
  const seq = last.seq + 1;
  if (reading.included > 0 || reading.part !== undefined || reading.signature !== "absent")
    return { seq: event.seq, problem: `entry ${event.seq} stands behind the artifacts` };
  const chained = entryProblem(event, { seq, hash: last.hash });
  if (chained !== undefined) return chained;
  const foreign = headerProblem(reading.header, event);
  if (foreign !== undefined) return { seq, problem: foreign };
  reading.last = { seq: event.seq, hash: event.hash };
  noteErasure(reading, event);
  reading.versions?.note(event);
  for (const { sha256 } of artifactsOf(event)) {
    if (!wanted.has(sha256)) order.push({ sha256, seq });
    wanted.add(sha256);
  }
  return undefined;
}

/** Anybody can take the content out of an entry; only the log itself can say that it was to go. */
function noteErasure(reading: Reading, { type, seq, erased }: TaskEvent): void {
  if (erased === undefined) {
    if (type === "task.erased") delete reading.unexplained;
    return;
  }
  reading.erased += 1;
  reading.unexplained ??= seq;
}

/** Whoever made this up did not have to write what the types say. */
function entryProblem(event: TaskEvent, from: Reading["last"]): Problem | undefined {
  try {
    return chainProblem([event], from);
  } catch {
    return { seq: from.seq, problem: `entry ${from.seq} was changed` };
  }
}

function headerProblem(header: ExportHeader | undefined, event: TaskEvent): string | undefined {
  if (event.erased !== undefined || event.type !== "task.started") return undefined;
  return event.data.agent === header?.agent ? undefined : "the header names another agent";
}

function takeArtifact(reading: Reading, { artifact }: LineOf<"artifact">): Problem | undefined {
  const { sha256, part, of, base64 } = artifact;
  if (reading.header?.artifacts === "left-out" || reading.signature !== "absent")
    return { problem: `artifact ${sha256} has no place here` };
  const expected = reading.order[reading.included]?.sha256;
  const { part: open } = reading;
  if (sha256 !== expected || part !== (open?.next ?? 0) || of !== (open?.of ?? of) || part >= of)
    return { problem: `artifact ${sha256} is not what comes next` };
  const bytes = Buffer.from(base64, "base64");
  if (bytes.toString("base64") !== base64 || !isPart(bytes.length, part, of))
    return { problem: `artifact ${sha256} was changed` };
  const hash = (open?.hash ?? createHash("sha256")).update(bytes);
  if (part + 1 < of) {
    reading.part = { sha256, next: part + 1, of, hash };
    return undefined;
  }
  delete reading.part;
  if (hash.digest("hex") !== sha256) return { problem: `artifact ${sha256} was changed` };
  reading.included += 1;
  return undefined;
}

/** An artifact is cut in one way only. */
function isPart(size: number, part: number, of: number): boolean {
  if (part + 1 < of) return size === EXPORT_PART_BYTES;
  return size <= EXPORT_PART_BYTES && (size > 0 || of === 1);
}

/** Of the log, once all of it was there, and of its artifacts. */
function problemBehind({
  header,
  order,
  included,
  unexplained: seq,
}: Reading): Problem | undefined {
  if (seq !== undefined) return { seq, problem: `entry ${seq} is erased, and no entry says why` };
  if (header?.artifacts === "left-out") return undefined;
  const missing = order[included];
  if (missing === undefined) return undefined;
  const problem = `artifact ${missing.sha256}, to which entry ${missing.seq} refers, is missing`;
  return { seq: missing.seq, problem };
}

async function takeHead(
  reading: Reading,
  { agent, taskId, taskUid }: ExportHeader,
  keys: EvidencePublicKeys | undefined,
  { head }: LineOf<"head">,
): Promise<Problem | undefined> {
  const { seq, hash } = reading.last;
  if (reading.signature !== "absent") return { problem: "there is a second signature" };
  if (head.seq !== seq || head.hash !== hash) {
    const problem = `the log ends at entry ${seq}, and entry ${head.seq} was signed as its end`;
    return { seq: Math.min(seq, head.seq) + 1, problem };
  }
  reading.keyId = keyIdOf(head.jws);
  reading.signature = keys === undefined ? "unchecked" : "valid";
  if (keys === undefined) return undefined;
  const problem = await signatureProblem({ agent, taskId, taskUid, ...head }, keys);
  if (problem === undefined) return undefined;
  reading.signature = "unchecked";
  return { problem };
}

function takeEnd(
  reading: Reading,
  keys: EvidencePublicKeys | undefined,
  { end }: LineOf<"end">,
  before: () => string,
): Problem | undefined {
  if (keys !== undefined && reading.signature !== "valid")
    return { problem: "the log's end is not signed" };
  const { last, wanted, versions } = reading;
  const events = last.seq + 1;
  if (end.events !== events)
    return {
      seq: events,
      problem: `the log has ${events} entries, and the end says ${end.events}`,
    };
  if (end.artifacts !== wanted.size) return { problem: "the end says another number of artifacts" };
  if (digestOf(end.versions) !== digestOf(versions?.versions() ?? {}))
    return { problem: "the end says other versions than the log" };
  if (end.sha256 !== before()) return { problem: "a line before was changed" };
  reading.ended = true;
  return undefined;
}

function foundIn(reading: Reading): Omit<ExportCheck, "ok" | "problem" | "sha256"> {
  const { header, last, included, erased, versions, signature, keyId } = reading;
  return {
    ...(header === undefined
      ? {}
      : { agent: header.agent, taskId: header.taskId, taskUid: header.taskUid }),
    events: last.seq + 1,
    artifacts: included,
    ...(versions === undefined ? {} : { versions: versions.versions() }),
    ...(header?.artifacts === "left-out" ? { leftOut: true as const } : {}),
    ...(erased === 0 ? {} : { erased }),
    signature,
    ...(keyId === undefined ? {} : { keyId }),
  };
}
