// Owns how the log of a task that rests leaves its state (decision 0022): a volume is a run of entries
// that is kept as one artifact, and `holdfast.archive` writes and reads them. What rests is core's to say.
import type { ArtifactRef } from "./artifact.ts";
import type { TaskEvent } from "./event.ts";

/** Without keys; private, since what it takes is any digest of any tenant. */
export const ARCHIVE_SERVICE = "holdfast.archive";
export const ARCHIVE_VERSION = 1;

/** Bytes of JSON, about, from which on a volume takes no further chunk: an answer of the engine holds it. */
export const VOLUME_BYTES = 1024 * 1024;

/** In the place of the entries of a log's chunk. Persisted: add optional fields only. */
export interface VolumeRef extends Pick<ArtifactRef, "sha256" | "size" | "mediaType"> {
  readonly tenant?: string;
  /** Entries. */
  readonly count: number;
}

/** Input of `keep`. */
export interface KeepVolume {
  readonly v: typeof ARCHIVE_VERSION;
  readonly tenant?: string;
  readonly events: readonly TaskEvent[];
}

/** Input of `read`. */
export interface ReadVolume {
  readonly v: typeof ARCHIVE_VERSION;
  readonly volume: VolumeRef;
}

/** Answer of `read`. */
export interface Volume {
  /** Null where the store has no such volume: it was erased meanwhile, or lost. */
  readonly events: readonly TaskEvent[] | null;
}

/** Answer of the agent object's `archive`. */
export interface Archived {
  /** Entries that have left the state now. */
  readonly entries: number;
  /** Ask again: there is more, and one call moves a bounded part. */
  readonly more: boolean;
}

/** When tasks' logs leave the state. */
export interface ArchiveOptions {
  /** Milliseconds that a task must have rested; default ten minutes. */
  readonly afterMs?: number;
  /** Milliseconds between two looks of one worker; default 10,000. */
  readonly everyMs?: number;
}
