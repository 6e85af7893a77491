// Owns the form of a task that leaves the runtime as a file (decision 0017): the lines of an export, and
// what checking one takes and answers. A format: add optional fields only.
import { z } from "zod";
import type { TaskEvent } from "./event.ts";
import { sha256Schema } from "./ids.ts";

export const EXPORT_VERSION = 1;
/** As HTTP calls an export. */
export const EXPORT_TYPE = "application/x-ndjson";

/** Bytes of an artifact in one line, but for its last: a line is read whole. */
export const EXPORT_PART_BYTES = 256 * 1024;

/** Public keys that signed heads are checked with: a JWK set (RFC 7517) of Ed25519 keys. */
export const evidencePublicKeysSchema = z.object({
  keys: z.array(
    z.looseObject({
      kid: z.string().min(1),
      kty: z.literal("OKP"),
      crv: z.literal("Ed25519"),
      x: z.string(),
    }),
  ),
});
export type EvidencePublicKeys = z.infer<typeof evidencePublicKeysSchema>;

/** Which code and rules a task ran under, in the order in which its log names them first. */
export interface ExportVersions {
  /** `name@version`. */
  readonly agents: readonly string[];
  /** SHA-256 of the manifests: instructions, tools and models as the model was told of them. */
  readonly manifests: readonly string[];
  /** SHA-256 of the policy sets. */
  readonly policies: readonly string[];
  readonly releases: readonly string[];
  /** `name@version`. */
  readonly tools: readonly string[];
}

const count = z.int().min(0);

/** A line of an export, each in its canonical JSON: one header, the events, the artifacts, the end. */
export const exportLineSchema = z.union([
  z.strictObject({
    header: z.strictObject({
      format: z.literal("holdfast-export"),
      v: z.literal(EXPORT_VERSION),
      agent: z.string(),
      taskId: z.string(),
      taskUid: z.string(),
      /** `left-out`: only their digests are in the file. */
      artifacts: z.enum(["included", "left-out"]),
    }),
  }),
  z.strictObject({
    event: z.looseObject({ seq: count, type: z.string(), data: z.looseObject({}) }),
  }),
  z.strictObject({
    /** A part of an artifact, from 0; the last one may be shorter than the others. */
    artifact: z.strictObject({ sha256: sha256Schema, part: count, of: count, base64: z.string() }),
  }),
  z.strictObject({ head: z.strictObject({ seq: count, hash: sha256Schema, jws: z.string() }) }),
  z.strictObject({
    end: z.strictObject({
      events: count,
      artifacts: count,
      versions: z.looseObject({}),
      /** SHA-256 of all lines before. */
      sha256: sha256Schema,
    }),
  }),
]);
export type ExportLine = z.infer<typeof exportLineSchema>;
export type ExportHeader = Extract<ExportLine, { header: unknown }>["header"];

/** Which event a line of an export holds. */
export function eventOfLine({ event }: Extract<ExportLine, { event: unknown }>): TaskEvent {
  // Its hash is checked, which no other writer could have made fit.
  return event as unknown as TaskEvent;
}

export function lineOfEvent(event: TaskEvent): ExportLine {
  return { event: event as unknown as Extract<ExportLine, { event: unknown }>["event"] };
}

/** What is wrong with an export, where it begins to be. */
export interface ExportProblem {
  /** From 1. */
  readonly line: number;
  /** Of the entry that is wrong, where it is one. */
  readonly seq?: number;
  readonly problem: string;
}

/** What an export is found to be. */
export interface ExportCheck {
  readonly ok: boolean;
  /** The first thing that is wrong; what is counted beside it is what came before. */
  readonly problem?: ExportProblem;
  readonly agent?: string;
  readonly taskId?: string;
  readonly taskUid?: string;
  readonly events: number;
  readonly artifacts: number;
  readonly versions?: ExportVersions;
  /** It was exported without artifacts. */
  readonly leftOut?: true;
  /** Entries whose content was erased (R102). */
  readonly erased?: number;
  /** `unchecked`: it is signed, and no keys were given to check it with. */
  readonly signature: "valid" | "absent" | "unchecked";
  /** Of the key that signed it, as it says itself. */
  readonly keyId?: string;
  /** Of the file. */
  readonly sha256: string;
}
