// Owns applying what people say of a message that was quarantined: judged when its turn comes, with
// the message itself from the log.
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { Command } from "../../contract/command.ts";
import { verbProblem } from "../../core/control/verbs.ts";
import {
  findQuarantined,
  onDropMessage,
  onRetryMessage,
  quarantinedProblem,
} from "../../core/transition/quarantined-message.ts";
import type { Refusal } from "../../core/transition/refusal.ts";
import { readEvent } from "./log-store.ts";
import type { TaskWriter } from "./task-writer.ts";

type Verdict = Extract<Command, { type: "retry-message" | "drop-message" }>;

export async function applyToMessage(
  ctx: ObjectContext,
  writer: TaskWriter,
  command: Verdict,
): Promise<"applied" | Refusal> {
  const { head } = writer;
  const drops = command.type === "drop-message";
  // Taken in again, it is a message like any other.
  const refusal =
    verbProblem(head, drops ? "drop" : "queue") ?? quarantinedProblem(head, command.messageId);
  if (refusal !== undefined) return refusal;
  if (drops) {
    writer.record(onDropMessage(head, command));
    return "applied";
  }
  const found = findQuarantined(head, command.messageId);
  const received = found === undefined ? undefined : await readEvent(ctx, found.seq, head.nextSeq);
  writer.record(onRetryMessage(head, command, received));
  return "applied";
}
