// Owns one attempt to sign the end of a task's log: what was written since the last signature is read
// page by page, checked, and signed with the key of this moment.
import type { EventsPage } from "../../contract/api.ts";
import type { AuditedTask } from "../../contract/audit.ts";
import type { LogHead, LogPlace, SignedHead, SignLog } from "../../contract/signed-head.ts";
import { chainProblem, GENESIS } from "../../core/log.ts";

export interface SignPorts {
  /** A page of a task's log; undefined when there is no such task. Rejects when nobody answers. */
  readonly readPage: (
    task: AuditedTask,
    after: number,
    signal: AbortSignal,
  ) => Promise<EventsPage | undefined>;
  readonly sign: (head: LogHead) => Promise<SignedHead>;
}

/** Pages that one attempt reads; those behind them are the next attempt's. */
const PAGES = 16;
/** How long one attempt may take, in milliseconds. */
const WITHIN_MS = 30_000;

type Place = Omit<LogPlace, "taskUid"> & { readonly taskUid?: string };

const BEGINNING: Place = { seq: -1, hash: GENESIS };

export function createSignLog({ readPage, sign }: SignPorts): SignLog {
  return async (task, from) => {
    const signal = AbortSignal.timeout(WITHIN_MS);
    let place: Place = from ?? BEGINNING;
    for (let pages = 0; pages < PAGES; pages += 1) {
      // With the entry that is known: a log may end before it now.
      const page = await readPage(task, Math.max(-1, place.seq - 1), signal);
      if (page === undefined) return { outcome: "gone" };
      const { taskUid, more } = page;
      // Another task under the same ID, whose log begins anew.
      if (place.taskUid !== undefined && place.taskUid !== taskUid) {
        place = BEGINNING;
        continue;
      }
      const problem = pageProblem(page, place);
      if (problem !== undefined)
        return { outcome: "broken", problem: `the task's log is damaged: ${problem}` };
      const { seq, hash } = page.events.at(-1) ?? place;
      place = { taskUid, seq, hash };
      if (!more) return { outcome: "signed", head: await sign({ ...task, taskUid, seq, hash }) };
    }
    const { taskUid = "", seq, hash } = place;
    return { outcome: "more", checked: { taskUid, seq, hash } };
  };
}

function pageProblem({ events }: EventsPage, { seq, hash }: Place): string | undefined {
  const known = seq < 0 ? [] : events.slice(0, 1);
  if (seq >= 0 && known[0]?.hash !== hash)
    return `entry ${seq} was signed, and is ${known.length === 0 ? "not there any more" : "another one now"}`;
  return chainProblem(events.slice(known.length), { seq: seq + 1, hash })?.problem;
}
