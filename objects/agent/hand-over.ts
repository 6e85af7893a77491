// Owns how a handler that has the lock leaves the task: what it changed is saved, the next segment or
// the timer of the park is on its way, and whoever waited for a turn that has ended is told.
import type { ObjectContext } from "@restatedev/restate-sdk";
import { takeAnswered } from "./listeners.ts";
import { sendRest, takeRest } from "./reserve.ts";
import type { TaskWriter } from "./task-writer.ts";

export async function handOver(
  ctx: ObjectContext,
  writer: TaskWriter,
  { goesOn }: { readonly goesOn: boolean },
): Promise<void> {
  const answered = takeAnswered(writer);
  if (goesOn) {
    writer.sendRun();
  } else {
    await writer.keepTimer();
    const rest = takeRest(writer);
    writer.save();
    sendRest(ctx, writer, rest);
  }
  for (const { awakeableId, answer } of answered) ctx.resolveAwakeable(awakeableId, answer);
}
