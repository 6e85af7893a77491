// Owns which segments a task had and by what each was executed, and where that was not the same as before. Pure.
import type { TaskEvent } from "../../contract/event.ts";

export interface Segment {
  readonly segment: number;
  readonly seq: number;
  readonly at: number;
  readonly invocationId: string;
  readonly agentVersion: string;
  readonly manifest: string;
  readonly policyVersion?: string;
  readonly release?: string;
  /** Why it was lost. */
  readonly lost?: string;
  /** What is other than in the segment before. */
  readonly changed: readonly ("agent version" | "manifest" | "policies" | "release")[];
}

export function segmentsOf(events: readonly TaskEvent[]): readonly Segment[] {
  const segments: Segment[] = [];
  for (const { type, data, seq, at, erased } of events) {
    if (erased !== undefined) continue;
    if (type === "segment.lost") {
      const index = segments.findLastIndex(({ segment }) => segment === data.segment);
      const lost = segments[index];
      if (lost !== undefined) segments[index] = { ...lost, lost: data.cause };
    }
    if (type !== "segment.started") continue;
    const { segment, invocationId, agentVersion, manifest, policyVersion, release } = data;
    const next = {
      segment,
      seq,
      at,
      invocationId,
      agentVersion,
      manifest,
      ...(policyVersion === undefined ? {} : { policyVersion }),
      ...(release === undefined ? {} : { release }),
    };
    segments.push({ ...next, changed: changesOf(next, segments.at(-1)) });
  }
  return segments;
}

function changesOf(
  next: Omit<Segment, "changed">,
  before: Segment | undefined,
): Segment["changed"] {
  if (before === undefined) return [];
  return [
    ...(next.agentVersion === before.agentVersion ? [] : (["agent version"] as const)),
    ...(next.manifest === before.manifest ? [] : (["manifest"] as const)),
    ...(next.policyVersion === before.policyVersion ? [] : (["policies"] as const)),
    ...(next.release === before.release ? [] : (["release"] as const)),
  ];
}
