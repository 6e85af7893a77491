// Owns writing a task as one file (R19, R101): its log, what that refers to, and the signature under its
// end, as lines of canonical JSON. The same log gives the same bytes; memory holds one page of it and
// one artifact.
import { createHash } from "node:crypto";
import type { TenantArtifacts } from "../contract/artifact.ts";
import {
  EXPORT_PART_BYTES,
  EXPORT_VERSION,
  type ExportHeader,
  type ExportLine,
  lineOfEvent,
} from "../contract/evidence-export.ts";
import type { SignedHead } from "../contract/signed-head.ts";
import type { TaskEvent } from "../contract/event.ts";
import { canonicalJson } from "../core/digest.ts";
import { chainProblem, GENESIS } from "../core/log.ts";
import { artifactsOf } from "../core/artifacts-of.ts";
import { createVersions } from "./versions.ts";

const NEWLINE = "\n";

export interface ExportSource {
  readonly agent: string;
  readonly taskId: string;
  /** A page of the log behind a position; never empty while there is more. */
  readPage(after: number): Promise<{
    readonly taskUid: string;
    readonly events: readonly TaskEvent[];
    readonly more: boolean;
  }>;
  /**
   * The end of the log, signed, or without a signature where nobody signs. What is written to the
   * log after it is not exported.
   */
  readHead(): Promise<Pick<SignedHead, "taskUid" | "seq" | "hash"> & { readonly jws?: string }>;
  /** Of the task's tenant; undefined leaves artifacts out. */
  readonly artifacts: Pick<TenantArtifacts, "find"> | undefined;
}

/**
 * The file, piece by piece. Rejects in the middle for a log that does not hold together, and for an
 * artifact that is not there: what was written until then has no end, and verifies as cut.
 */
export async function* exportTask(source: ExportSource): AsyncGenerator<Uint8Array> {
  const digest = createHash("sha256");
  const encode = (line: ExportLine): Uint8Array => {
    const bytes = new TextEncoder().encode(canonicalJson(line) + NEWLINE);
    digest.update(bytes);
    return bytes;
  };
  const { agent, taskId } = source;
  const head = await source.readHead();
  const { taskUid } = head;
  const artifacts = source.artifacts === undefined ? "left-out" : "included";
  const header: ExportHeader = {
    format: "holdfast-export",
    v: EXPORT_VERSION,
    agent,
    taskId,
    taskUid,
    artifacts,
  };
  yield encode({ header });
  const seen = createVersions(agent);
  const wanted = new Set<string>();
  for await (const event of eventsOf(source, head)) {
    seen.note(event);
    for (const { sha256 } of artifactsOf(event)) wanted.add(sha256);
    yield encode(lineOfEvent(event));
  }
  if (source.artifacts !== undefined) {
    for (const sha256 of wanted) {
      for await (const artifact of partsOf(source.artifacts, sha256)) yield encode({ artifact });
    }
  }
  const { seq, hash, jws } = head;
  if (jws !== undefined) yield encode({ head: { seq, hash, jws } });
  const counts = { events: seq + 1, artifacts: wanted.size };
  const end = { ...counts, versions: { ...seen.versions() }, sha256: digest.copy().digest("hex") };
  yield encode({ end });
}

async function* eventsOf(
  source: ExportSource,
  head: { readonly taskUid: string; readonly seq: number; readonly hash: string },
): AsyncGenerator<TaskEvent> {
  let last = { seq: -1, hash: GENESIS };
  while (last.seq < head.seq) {
    const page = await source.readPage(last.seq);
    if (page.taskUid !== head.taskUid)
      throw new Error("another task has this id now; export it again");
    const events = page.events.filter(({ seq }) => seq <= head.seq);
    const problem = chainProblem(events, { seq: last.seq + 1, hash: last.hash })?.problem;
    if (problem !== undefined) throw new Error(`the task's log is damaged: ${problem}`);
    const end = events.at(-1);
    if (end === undefined) throw new Error("the task's log is shorter than its head says");
    yield* events;
    last = end;
  }
  if (last.hash !== head.hash) throw new Error("the task's log does not end as its head says");
}

async function* partsOf(artifacts: Pick<TenantArtifacts, "find">, sha256: string) {
  const bytes = await artifacts.find(sha256);
  if (bytes === undefined)
    throw new Error(`artifact ${sha256} is not in the store; export without artifacts`);
  const of = Math.max(1, Math.ceil(bytes.length / EXPORT_PART_BYTES));
  for (let part = 0; part < of; part += 1) {
    const piece = bytes.subarray(part * EXPORT_PART_BYTES, (part + 1) * EXPORT_PART_BYTES);
    yield { sha256, part, of, base64: Buffer.from(piece).toString("base64") };
  }
}
