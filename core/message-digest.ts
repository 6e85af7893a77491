// Owns what makes two messages, or two starts of a task, the same (F28, F29).
import { START_MESSAGE_ID } from "../contract/api.ts";
import type { Grant } from "../contract/grant.ts";
import type { MessageContent } from "../contract/message.ts";
import { digestOf } from "./digest.ts";

/** Of a message as its caller wrote it. */
export function messageDigest(content: MessageContent, from: string | undefined): string {
  return digestOf({ message: content, from: from ?? null });
}

export interface StartContent {
  readonly message: MessageContent;
  /** `START_MESSAGE_ID`, or the id of the first message where `ask` makes the task. */
  readonly messageId: string;
  readonly owner?: string | undefined;
  readonly escalation?: string | undefined;
  readonly tenant?: string | undefined;
  readonly grants?: readonly Grant[] | undefined;
}

export function startDigest({ message, messageId, ...start }: StartContent): string {
  const { owner, escalation, tenant, grants } = start;
  if (messageId !== START_MESSAGE_ID) return messageDigest(message, owner);
  return digestOf({
    message,
    owner: owner ?? null,
    ...(escalation === undefined ? {} : { escalation }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(grants === undefined ? {} : { grants }),
  });
}
