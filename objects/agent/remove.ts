// Owns the end of what an ended task has kept (decision 0022): `remains` says what its log refers to, page by
// page, and `remove` takes all of its state and leaves a tombstone. What is elsewhere is the control
// service's to remove, by what `remains` has answered.
import type { ObjectContext, ObjectSharedContext } from "@restatedev/restate-sdk";
import type { Scrubbed, ScrubInput } from "../../contract/erasure.ts";
import { summarizedJson } from "../../contract/readable.ts";
import type {
  Removed,
  RetentionSettings,
  Tombstone,
  Tombstones,
} from "../../contract/retention.ts";
import { TOMBSTONES_VERSION } from "../../contract/retention.ts";
import { referredTo } from "../../core/erasure/scrub.ts";
import { endOf, retentionOf } from "../../core/retention/retention-of.ts";
import { PAGE, readChunks } from "./log-store.ts";
import { loadHeadNow, viewHead } from "./task-state.ts";

/** Entries that one `remains` reads: their content is in its journal while it runs. */
const AT_ONCE = 2 * PAGE;

export async function remains(ctx: ObjectSharedContext, { from }: ScrubInput): Promise<Scrubbed> {
  const { nextSeq = 0 } = (await viewHead(ctx)) ?? {};
  const to = Math.min(from + AT_ONCE, nextSeq);
  const found = await readChunks(ctx, { from, to });
  const volumes = found.volumes.map(({ sha256 }) => sha256);
  return {
    ...referredTo(found.events),
    ...(volumes.length === 0 ? {} : { volumes }),
    ...(to < nextSeq ? { next: to } : {}),
  };
}

const TOMBSTONES_KEY = "tombstones";
/** It holds nothing that anybody has written. */
const tombstonesSerde = summarizedJson<Tombstones>(({ v, tombstones }) => ({ v, tombstones }));

/** Only what is due now: who has preserved it meanwhile was in time. */
export async function remove(
  ctx: ObjectContext,
  settings: RetentionSettings | undefined,
): Promise<Removed> {
  const { head, now } = await loadHeadNow(ctx);
  if (head === undefined) return { removed: false };
  const retention = retentionOf(head, settings);
  const isDue = retention?.removeAt !== undefined && retention.removeAt <= now;
  if (!isDue) return { removed: false };
  const { agent, taskId, taskUid, status, createdAt, nextSeq: entries, hash } = head;
  const before = await ctx.get(TOMBSTONES_KEY, tombstonesSerde);
  const tombstone: Tombstone = {
    agent,
    taskId,
    taskUid,
    status,
    createdAt,
    endedAt: endOf(head),
    removedAt: now,
    class: retention.class,
    entries,
    hash,
  };
  ctx.clearAll();
  const tombstones = [...(before?.tombstones ?? []), tombstone];
  ctx.set(TOMBSTONES_KEY, { v: TOMBSTONES_VERSION, tombstones }, tombstonesSerde);
  return { removed: true };
}
