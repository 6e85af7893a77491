// Owns one attempt to bring an audit sink forward: the next page of a task's log, as records, within
// a bound. What goes wrong is a value: the object behind it decides when it is tried again.
import type { EventsPage } from "../../contract/api.ts";
import type { AuditedTask, AuditRecord, AuditSink, PushEvents } from "../../contract/audit.ts";
import { eventId } from "../../contract/event.ts";

/** A page of a task's log; undefined when there is no such task. Rejects when nobody answers. */
export type ReadPage = (
  task: AuditedTask,
  after: number,
  signal: AbortSignal,
) => Promise<EventsPage | undefined>;

/** How long reading a page and keeping it may take, in milliseconds. */
const PUSH_MS = 5_000;

export function createPushEvents(sink: AuditSink, readPage: ReadPage): PushEvents {
  return async (task, { taskUid, acknowledged }) => {
    const signal = AbortSignal.timeout(PUSH_MS);
    let page: EventsPage | undefined;
    try {
      page = await readPage(task, acknowledged, signal);
      // Another task under the same ID, whose log begins anew.
      if (page !== undefined && taskUid !== undefined && page.taskUid !== taskUid) {
        page = await readPage(task, -1, signal);
      }
    } catch (error) {
      return { outcome: "failed", reason: `the task's log cannot be read (${nameOf(error)})` };
    }
    if (page === undefined) return { outcome: "gone" };
    const records = recordsOf(task, page);
    try {
      if (records.length > 0) await sink.write(records, signal);
    } catch (error) {
      return { outcome: "failed", reason: `the audit sink ${sink.name} fails (${nameOf(error)})` };
    }
    const { more, cursor } = page;
    return { outcome: "kept", taskUid: page.taskUid, acknowledged: cursor, more };
  };
}

function recordsOf({ agent, taskId }: AuditedTask, page: EventsPage): readonly AuditRecord[] {
  const { taskUid, events } = page;
  return events.map((event) => ({
    id: eventId(taskUid, event.seq),
    agent,
    taskId,
    taskUid,
    event,
  }));
}

/** Never the text, which may quote what was sent. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : error.name;
}
