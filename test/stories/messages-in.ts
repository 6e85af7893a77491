// Owns what a log says of messages: which came, in which order, and which of the kept ones were
// taken in.
import type { TaskEvent } from "../../contract/event.ts";

export interface MessagesIn {
  /** All but the first, in the order in which they were applied. */
  readonly came: readonly string[];
  readonly kept: readonly string[];
  readonly taken: readonly string[];
  /** Those that came into a turn that was open. */
  readonly joined: readonly string[];
}

export function waitingIn(log: readonly TaskEvent[]): MessagesIn {
  const came: string[] = [];
  const kept: string[] = [];
  const taken: string[] = [];
  const joined: string[] = [];
  let turn = 0;
  for (const { type, data } of log) {
    if (type === "message.received") {
      if (data.turn === turn) joined.push(data.messageId);
      turn = data.turn;
    }
    if (type === "message.queued") kept.push(data.messageId);
    if (type === "message.received" && data.mode === "queue") taken.push(data.messageId);
    else if (type === "message.received" || type === "message.queued") came.push(data.messageId);
  }
  return { came: came.slice(1), kept, taken, joined };
}
