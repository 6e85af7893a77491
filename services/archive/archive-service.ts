// Owns `holdfast.archive`: entries of a task's log as volumes in the artifact store, compressed, and back.
// Which entries and when is the agent object's business (decision 0022).
import { gunzip, gzip } from "node:zlib";
import { promisify } from "node:util";
import { type Context, handlers, service } from "@restatedev/restate-sdk";
import {
  ARCHIVE_SERVICE,
  type KeepVolume,
  type ReadVolume,
  type Volume,
  type VolumeRef,
} from "../../contract/archive.ts";
import type { ArtifactStore } from "../../contract/artifact.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { RETRY_OUTSIDE_FOREVER } from "../../handler/retry.ts";

/** `zcat` shows an array of entries. */
const MEDIA_TYPE = "application/gzip";
/** Bytes of JSON that a volume is taken to have at most: one entry may be long. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** What one invocation has read or written is the log itself, and in the engine no longer than it runs. */
const PRIVATE = {
  ingressPrivate: true,
  journalRetention: 0,
  retryPolicy: RETRY_OUTSIDE_FOREVER,
} as const;

export function createArchiveService(artifacts: ArtifactStore) {
  return service({
    name: ARCHIVE_SERVICE,
    description: "Keeps the logs of tasks that rest as artifacts of their tenants, and reads them.",
    handlers: {
      keep: handlers.handler(
        { ...PRIVATE, input: jsonOf<KeepVolume>(), output: jsonOf<VolumeRef>() },
        (ctx: Context, given: KeepVolume) => ctx.run("keep-volume", () => keep(artifacts, given)),
      ),
      read: handlers.handler(
        { ...PRIVATE, input: jsonOf<ReadVolume>(), output: jsonOf<Volume>() },
        (ctx: Context, { volume }: ReadVolume) =>
          ctx.run("read-volume", () => read(artifacts, volume)),
      ),
    },
  });
}

async function keep(artifacts: ArtifactStore, { tenant, events }: KeepVolume): Promise<VolumeRef> {
  const bytes = await compress(JSON.stringify(events));
  const { sha256, size, mediaType } = await artifacts.ofTenant(tenant).put(bytes, MEDIA_TYPE);
  const scope = tenant === undefined ? {} : { tenant };
  return { sha256, size, mediaType, ...scope, count: events.length };
}

async function read(artifacts: ArtifactStore, { tenant, sha256 }: VolumeRef): Promise<Volume> {
  const bytes = await artifacts.ofTenant(tenant).find(sha256);
  if (bytes === undefined) return { events: null };
  const json = await decompress(bytes, { maxOutputLength: MAX_JSON_BYTES });
  return { events: JSON.parse(json.toString("utf8")) as readonly TaskEvent[] };
}
