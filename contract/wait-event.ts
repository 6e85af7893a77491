// Owns what the task log says of waits: that one opened. It ends as any call does, by the
// `tool.returned` of its operation. Compatible as event.ts is: add optional fields only.
import type { CallPosition } from "./call-position.ts";
import type { CallEvidence } from "./evidence.ts";
import type { TaskStatus } from "./status.ts";
import type { WaitRequest, WaitVia } from "./wait.ts";

/** Type to data, as EventData. */
export interface WaitEventData {
  /** The call waits from now on. */
  "wait.opened": CallPosition & {
    attempt: number;
    wait: WaitRequest;
    /** Of the tool that asked for it; absent where none did. Its time is in milliseconds. */
    ran?: CallEvidence & { toolVersion: string; startedAt: number; durationMs: number };
  };
  /** The deadline of a wait for an event has passed: its inbox is asked whether one came in time. */
  "wait.due": { operationId: string };
}

/** What `tool.returned` says besides where a wait has ended. */
export interface WaitEnd {
  via: WaitVia;
  /** How long after it was due it was taken in, in milliseconds, where that is too late (R40). */
  lateMs?: number;
  /** Of an event: its id at the source. */
  eventId?: string;
  /** Of an answer: SHA-256 of its canonical JSON. */
  answerDigest?: string;
  /** Of a child; `over` is the status that it has ended with. */
  child?: { agent: string; taskId: string; taskUid: string; over?: TaskStatus };
}
