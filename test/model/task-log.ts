// Owns task logs for the tests of the model caller: chained as the runtime chains them, and
// read in pages as the agent object hands them out.
import type { ArtifactRef } from "../../contract/artifact.ts";
import type { EventBody, TaskEvent } from "../../contract/event.ts";
import type { ModelAnswer } from "../../contract/model.ts";
import type { ModelCall, ReadLog } from "../../contract/port.ts";
import type { LogEnd } from "../../core/log.ts";
import { GENESIS, sealEvent } from "../../core/log.ts";

export function sealAll(bodies: readonly EventBody[], from?: TaskEvent): TaskEvent[] {
  let end: LogEnd =
    from === undefined
      ? { nextSeq: 0, hash: GENESIS, updatedAt: 0 }
      : { nextSeq: from.seq + 1, hash: from.hash, updatedAt: from.at };
  return bodies.map((body) => {
    const event = sealEvent(end, body, end.nextSeq);
    end = { nextSeq: event.seq + 1, hash: event.hash, updatedAt: event.at };
    return event;
  });
}

export function userMessage(text: string, image?: ArtifactRef): EventBody {
  const parts = [
    { type: "text" as const, body: { text } },
    ...(image === undefined ? [] : [{ type: "image" as const, artifact: image }]),
  ];
  return {
    type: "message.received",
    data: { messageId: text, turn: 1, parts, digest: "0".repeat(64) },
  };
}

export function answered(step: number, answer: ModelAnswer): EventBody {
  const outcome = {
    provider: "p",
    model: "m",
    requestDigest: "",
    usage: { inputTokens: 0, outputTokens: 0 },
    response: { text: "{}" },
    fallbacks: [],
    unregistered: [],
    startedAt: 0,
    durationMs: 0,
  };
  return {
    type: "model.answered",
    data: { step, contextTo: 0, contextDigest: "", manifest: "", room: 1, answer, ...outcome },
  };
}

/** The call of a segment that has written the last `recent` of these events itself. */
export function callFor(events: readonly TaskEvent[], recent = 0, room = 1): ModelCall {
  const last = events.at(-1);
  if (last === undefined) throw new Error("a call needs a log");
  return {
    agent: "clerk",
    taskId: "t",
    taskUid: "uid",
    step: 1,
    contextTo: last.seq,
    contextDigest: last.hash,
    recent: events.slice(events.length - recent),
    room,
  };
}

export interface PagedLog {
  readonly readLog: ReadLog;
  /** The positions after which pages were asked for. */
  readonly reads: number[];
  events: readonly TaskEvent[];
}

/** A log that is read in pages of `pageSize`. */
export function pagedLog(events: readonly TaskEvent[], pageSize = 2): PagedLog {
  const log: PagedLog = {
    events,
    reads: [],
    readLog: (_task, after) => {
      log.reads.push(after);
      const page = log.events.slice(after + 1, after + 1 + pageSize);
      return Promise.resolve({ events: page, more: after + 1 + pageSize < log.events.length });
    },
  };
  return log;
}
