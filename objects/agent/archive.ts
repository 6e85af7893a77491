// Owns `archive`: the log of a task that rests leaves the state, run by run, for volumes of the artifact
// store (decision 0022). The entries stay what they are, so no event says so; readers find them there.
import type { ObjectContext } from "@restatedev/restate-sdk";
import { type Archived, VOLUME_BYTES } from "../../contract/archive.ts";
import { archivable } from "../../core/archive/at-rest.ts";
import { headSerde } from "./head-serde.ts";
import { readRun, replaceRun } from "./log-store.ts";
import { HEAD_KEY, loadHead } from "./task-state.ts";
import { keepVolume } from "./volumes.ts";

/** What one call reads at most, about, in bytes of JSON: all of it is in its journal while it runs. */
const AT_ONCE_BYTES = 4 * VOLUME_BYTES;

/** Harmless at any time: what does not rest is left as it is. */
export async function archive(ctx: ObjectContext): Promise<Archived> {
  const head = await loadHead(ctx);
  const due = head === undefined ? undefined : archivable(head);
  if (head === undefined || due === undefined) return { entries: 0, more: false };
  let { entries: at, bytes } = head.archived ?? { entries: 0, bytes: 0 };
  let read = 0;
  while (at < head.nextSeq && read < AT_ONCE_BYTES) {
    const run = await readRun(ctx, at, head.nextSeq);
    const isTail = run.end === head.nextSeq && run.end - at < due.least;
    if (run.end === at || isTail) break;
    if (run.events.length > 0) {
      const volume = await keepVolume(ctx, head.tenant, run.events);
      replaceRun(ctx, run, volume);
      bytes += volume.size;
    }
    read += run.bytes;
    at = run.end;
  }
  if (at === due.from) return { entries: 0, more: false };
  const archived = { entries: at, bytes };
  ctx.set(HEAD_KEY, { ...head, archived }, headSerde);
  return { entries: at - due.from, more: archivable({ ...head, archived }) !== undefined };
}
