// Owns the check of an approval's evidence (R34): every log event and every artifact that it
// names is there, with its hash, and arguments kept by reference are those of their digest.
import type { ApprovalEvidence, ApprovalPackage } from "../../contract/approval.ts";
import type { ApprovalPorts } from "../../contract/approval-api.ts";
import type { ArtifactStore, TenantArtifacts } from "../../contract/artifact.ts";
import type { ReadLog } from "../../contract/port.ts";
import { eventProblem } from "../../core/approval/event-problem.ts";
import { digestOf } from "../../core/digest.ts";
import { parseStrictJson } from "../../core/strict-json.ts";

export interface EvidenceSources {
  readonly readLog: ReadLog;
  readonly artifacts: ArtifactStore;
}

/**
 * Answers what is wrong, without content, or undefined. Rejects when the log or the store does:
 * an artifact that the store does not have is such a case, since nobody can tell the two apart.
 */
export function createEvidenceCheck({
  readLog,
  artifacts,
}: EvidenceSources): ApprovalPorts["evidenceProblem"] {
  return async ({ requester, tenant, evidence, call }) => {
    const problem = await logProblem(readLog, requester, evidence.events);
    if (problem !== undefined) return problem;
    const own = artifacts.ofTenant(tenant);
    for (const { sha256, size } of evidence.artifacts) {
      // The store itself refuses bytes that are not the artifact's.
      await own.get({ sha256, size, mediaType: "application/octet-stream" });
    }
    return argumentsProblem(own, call);
  };
}

async function logProblem(
  readLog: ReadLog,
  requester: ApprovalPackage["requester"],
  events: ApprovalEvidence["events"],
): Promise<string | undefined> {
  const hashes = new Map<number, string>();
  for (const event of events.toSorted((a, b) => a.seq - b.seq)) {
    const { seq } = event;
    // One page mostly holds them all: they are of the same turn.
    if (!hashes.has(seq)) {
      const page = await readLog(requester, seq - 1);
      for (const each of page.events) hashes.set(each.seq, each.hash);
    }
    const problem = eventProblem(event, hashes.get(seq));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

async function argumentsProblem(
  artifacts: TenantArtifacts,
  { arguments: stored, argumentsDigest }: ApprovalPackage["call"],
): Promise<string | undefined> {
  if ("text" in stored) return undefined;
  const bytes = await artifacts.get(stored.artifact);
  const read = parseStrictJson(new TextDecoder().decode(bytes));
  if ("problem" in read) return `its arguments can be read in more than one way: ${read.problem}`;
  return digestOf(read.value) === argumentsDigest
    ? undefined
    : "its arguments are not those of their digest";
}
