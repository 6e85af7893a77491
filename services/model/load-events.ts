// Owns the loading of the log that a context is made of: from the worker's cache, from the
// task's own pages, and from what the calling segment has just written. Nothing that is not
// chained up to the digest that the segment named leaves this file (L6).
import type { TaskEvent } from "../../contract/event.ts";
import type { ModelCall, ReadLog } from "../../contract/port.ts";
import { chainProblem, GENESIS, linkProblem } from "../../core/log.ts";
import type { ContextCache } from "./context-cache.ts";

export interface LogSource {
  readonly readLog: ReadLog;
  readonly cache: ContextCache;
}

/**
 * The events from 0 to `contextTo`, checked. Rejects with a plain Error, which makes the
 * engine retry, when the log cannot be read or is not the one that the segment named.
 */
export async function loadEvents(
  call: ModelCall,
  { readLog, cache }: LogSource,
): Promise<readonly TaskEvent[]> {
  const known = cache.get(call.taskUid)?.slice(0, call.contextTo + 1) ?? [];
  const fromCache = known.length === 0 ? undefined : await complete(call, known, readLog);
  if (fromCache !== undefined && problemOf(call, fromCache, known.length) === undefined) {
    cache.set(call.taskUid, fromCache);
    return fromCache;
  }
  // What a lost segment wrote may have been cached and never been saved: read it all anew.
  const events = await complete(call, [], readLog);
  const problem = problemOf(call, events, 0);
  if (problem !== undefined)
    throw new Error(`the log of task ${call.taskUid} does not fit: ${problem}`);
  cache.set(call.taskUid, events);
  return events;
}

/** Appends what is missing up to `contextTo`: pages up to the segment's own events, then those. */
async function complete(
  call: ModelCall,
  known: readonly TaskEvent[],
  readLog: ReadLog,
): Promise<TaskEvent[]> {
  const end = call.contextTo + 1;
  const firstRecent = call.recent[0]?.seq ?? end;
  const events = [...known];
  while (events.length < firstRecent) {
    const task = { agent: call.agent, taskId: call.taskId };
    const page = await readLog(task, events.length - 1, firstRecent);
    const wanted = page.events.slice(0, firstRecent - events.length);
    if (wanted.length === 0) break;
    events.push(...wanted);
  }
  if (events.length < firstRecent) return events;
  return [...events, ...call.recent.slice(events.length - firstRecent)].slice(0, end);
}

/** What is wrong with a loaded log whose first `checked` events were found right before. */
function problemOf(
  call: ModelCall,
  events: readonly TaskEvent[],
  checked: number,
): string | undefined {
  const end = call.contextTo + 1;
  if (events.length !== end) return `it has ${events.length} of ${end} entries`;
  const from = { seq: checked, hash: events[checked - 1]?.hash ?? GENESIS };
  // What the segment wrote it has sealed itself, a moment ago: its links are enough.
  const firstRecent = Math.max(checked, call.recent[0]?.seq ?? end);
  const broken =
    chainProblem(events.slice(checked, firstRecent), from) ?? linkProblem(events, firstRecent);
  if (broken !== undefined) return broken.problem;
  if (events.at(-1)?.hash !== call.contextDigest) return `entry ${call.contextTo} has another hash`;
  return undefined;
}
