// Owns the agent object's calls of `holdfast.archive`: entries of its log become a volume, and a volume
// becomes entries again. Bytes and the artifact store are the service's business.
import type { ObjectContext } from "@restatedev/restate-sdk";
import {
  ARCHIVE_SERVICE,
  ARCHIVE_VERSION,
  type KeepVolume,
  type ReadVolume,
  type Volume,
  type VolumeRef,
} from "../../contract/archive.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { problem } from "../../handler/problem.ts";
import type { ReadContext } from "./read-context.ts";

/** It is under way from now on. Fails for good where the store does not have it. */
export function readVolume(
  ctx: ReadContext,
  volume: VolumeRef,
): () => Promise<readonly TaskEvent[]> {
  const answer = ctx.genericCall<ReadVolume, Volume>({
    service: ARCHIVE_SERVICE,
    method: "read",
    parameter: { v: ARCHIVE_VERSION, volume },
    inputSerde: jsonOf(),
    outputSerde: jsonOf(),
  });
  return async () => {
    const { events } = await answer;
    if (events !== null) return events;
    throw problem("artifact_not_found", "a part of the task's log is not in the artifact store");
  };
}

/** Resolves once it is durable. */
export async function keepVolume(
  ctx: ObjectContext,
  tenant: string | undefined,
  events: readonly TaskEvent[],
): Promise<VolumeRef> {
  return ctx.genericCall<KeepVolume, VolumeRef>({
    service: ARCHIVE_SERVICE,
    method: "keep",
    parameter: { v: ARCHIVE_VERSION, ...(tenant === undefined ? {} : { tenant }), events },
    inputSerde: jsonOf(),
    outputSerde: jsonOf(),
  });
}
