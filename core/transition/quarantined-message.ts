// Owns quarantining a message that no segment gets past, and what people make of one: it is taken
// in once more, as a turn of its own, or dropped (F23).
import type { EventBody, TaskEvent } from "../../contract/event.ts";
import type { Tries } from "../control/poison.ts";
import { attemptsOf, isAlone } from "../control/poison.ts";
import type { PlacedMessage, TaskHead } from "../task-head.ts";
import { onMessage } from "./message.ts";
import { failTurn } from "./fail-turn.ts";
import type { Refusal } from "./refusal.ts";
import { operator } from "./unknown-effect.ts";

/** The message leaves the context; a turn that has no other one ends. */
export function onPoison(
  head: TaskHead,
  { messageId, seq }: PlacedMessage,
  tries: Tries,
  reason: string,
): readonly EventBody[] {
  const attempts = attemptsOf(head, tries);
  const put: EventBody = {
    type: "message.quarantined",
    data: { messageId, seq, attempts, reason },
  };
  if (!isAlone(head.turn)) return [put];
  const message = `its message was quarantined after ${attempts} attempts that got nowhere`;
  return [put, ...failTurn(head, head.step, "message_quarantined", message)];
}

/** What a person says of it. */
export interface MessageVerdict {
  readonly messageId: string;
  readonly reason: string;
  readonly by?: string | undefined;
}

/** Where the log has the message, if the task has quarantined it. */
export function findQuarantined(
  { quarantined = [] }: TaskHead,
  messageId: string,
): PlacedMessage | undefined {
  return quarantined.find((each) => each.messageId === messageId);
}

/** Why nothing can be said of a message, or undefined when something can. */
export function quarantinedProblem(head: TaskHead, messageId: string): Refusal | undefined {
  if (findQuarantined(head, messageId) !== undefined) return undefined;
  const message = "no message with this id is quarantined; status lists those that are";
  return { code: "message_not_quarantined", message };
}

/** `received` is the entry of the log that has the message. */
export function onRetryMessage(
  head: TaskHead,
  { messageId, reason, by }: MessageVerdict,
  received: TaskEvent | undefined,
): readonly EventBody[] {
  const found = findQuarantined(head, messageId);
  if (found === undefined || received?.type !== "message.received") return [];
  const { parts, digest } = received.data;
  const { id: from } = received.actor;
  return [
    { type: "message.retried", actor: operator(by), reason, data: found },
    ...onMessage(head, { messageId, parts, digest, from, mode: "queue" }),
  ];
}

export function onDropMessage(
  head: TaskHead,
  { messageId, reason, by }: MessageVerdict,
): readonly EventBody[] {
  const found = findQuarantined(head, messageId);
  if (found === undefined) return [];
  return [{ type: "message.dropped", actor: operator(by), reason, data: found }];
}
