// Owns `events` and `context`: views of the task log, page by page.
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import type { ContextView, EventsInput, EventsPage } from "../../../contract/api.ts";
import type { TaskEvent } from "../../../contract/event.ts";
import { assembleContext } from "../../../core/context.ts";
import type { TaskHead } from "../../../core/task-head.ts";
import { expectEvents, readEvents } from "../log-store.ts";
import type { ReadContext } from "../read-context.ts";
import { upToDate, viewHead, viewTask } from "../task-state.ts";
import { notFound } from "./send.ts";

export async function events(
  ctx: ObjectSharedContext,
  agent: string,
  input: EventsInput,
): Promise<EventsPage> {
  const { after, before, limit } = input;
  expectEvents(ctx, after);
  const stored = await viewHead(ctx);
  if (stored === undefined) throw notFound(agent);
  const nextSeq = await endOf(ctx, stored, before);
  const found = await readEvents(ctx, { after, limit, nextSeq });
  const cursor = found.at(-1)?.seq ?? after;
  return { taskUid: stored.taskUid, events: found, cursor, more: cursor < nextSeq - 1 };
}

/** Whoever asks for what is stored for certain waits for nothing that a running segment has added. */
async function endOf(
  ctx: ReadContext,
  stored: TaskHead,
  before = Number.POSITIVE_INFINITY,
): Promise<number> {
  if (before <= stored.nextSeq) return before;
  const { nextSeq } = await upToDate(ctx, stored);
  return Math.min(before, nextSeq);
}

/** What the model would be sent now. `after` and `limit` count messages here. */
export async function context(
  ctx: ObjectSharedContext,
  agent: string,
  input: EventsInput,
): Promise<ContextView> {
  const head = await viewTask(ctx);
  if (head === undefined) throw notFound(agent);
  const all = await readWholeLog(ctx, head.nextSeq);
  // Of erased entries nothing is said any more.
  const messages = assembleContext(all.filter(({ erased }) => erased === undefined));
  const from = input.after + 1;
  const page = messages.slice(from, from + input.limit);
  const cursor = input.after + page.length;
  return {
    taskUid: head.taskUid,
    to: all.at(-1)?.seq ?? -1,
    digest: all.at(-1)?.hash ?? "",
    messages: page,
    cursor,
    more: cursor < messages.length - 1,
  };
}

/** All of a log, read by read, for each is bounded in bytes. */
async function readWholeLog(ctx: ReadContext, nextSeq: number): Promise<readonly TaskEvent[]> {
  const all: TaskEvent[] = [];
  for (;;) {
    const page = await readEvents(ctx, { after: all.length - 1, limit: nextSeq, nextSeq });
    all.push(...page);
    if (page.length === 0 || all.length >= nextSeq) return all;
  }
}
