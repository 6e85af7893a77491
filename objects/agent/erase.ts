// Owns erasing what a task has in its own state (R102): the command, which the log keeps for ever, and
// `scrub`, which takes the content out of some entries at a time. What is elsewhere is the control
// service's to erase, by what `scrub` answers.
import type { ObjectContext } from "@restatedev/restate-sdk";
import type {
  EraseCommand,
  PreserveCommand,
  ScrubInput,
  Scrubbed,
} from "../../contract/erasure.ts";
import type { TaskEvent } from "../../contract/event.ts";
import {
  eraseProblem,
  namedIn,
  onErase,
  onPreserve,
  referredTo,
} from "../../core/erasure/scrub.ts";
import { eraseContent } from "../../core/log.ts";
import type { Refusal } from "../../core/transition/refusal.ts";
import { PAGE, rewriteChunks } from "./log-store.ts";
import type { AgentPorts } from "./segment.ts";
import {
  BOUNDS_KEY,
  effectKey,
  GRANTS_KEY,
  loadHead,
  messageKey,
  queuedKey,
  settledKey,
  turnKey,
} from "./task-state.ts";
import type { TaskWriter } from "./task-writer.ts";

/** Entries that one `scrub` reads and writes: their content is in its journal while it runs. */
const AT_ONCE = 2 * PAGE;

export async function applyErasure(
  ctx: ObjectContext,
  { writer, ports }: { readonly writer: TaskWriter; readonly ports: AgentPorts },
  command: EraseCommand | PreserveCommand,
): Promise<"applied" | "duplicate" | Refusal> {
  if (command.type === "preserve") {
    writer.record(onPreserve(writer.head, command));
    return "applied";
  }
  if (writer.head.erased !== undefined) return "duplicate";
  const refusal = eraseProblem(writer.head);
  if (refusal !== undefined) return refusal;
  writer.record(onErase(command));
  // Of the old one the salts of all entries could be made again.
  const { salt: _, ...head } = writer.head;
  const salt = await freshSalt(ctx, ports);
  writer.head = salt === undefined ? head : { ...head, salt };
  return "applied";
}

/** One entry in the journal for each task, where the app's logs can be erased; else none. */
export async function freshSalt(
  ctx: ObjectContext,
  { newSalt }: Pick<AgentPorts, "newSalt">,
): Promise<string | undefined> {
  return newSalt === undefined ? undefined : ctx.run("task-salt", newSalt);
}

/** Does nothing to a task of which nobody has said that it is to be erased. */
export async function scrub(ctx: ObjectContext, { from }: ScrubInput): Promise<Scrubbed> {
  const erased = (await loadHead(ctx))?.erased;
  if (erased === undefined) return referredTo([]);
  const to = Math.min(from + AT_ONCE, erased.seq);
  const were = await rewriteChunks(ctx, { from, to }, eraseContent);
  for (const event of were.events) for (const key of rowsOf(event)) ctx.clear(key);
  ctx.clear(GRANTS_KEY);
  ctx.clear(BOUNDS_KEY);
  const volumes = were.volumes.map(({ sha256 }) => sha256);
  return {
    ...referredTo(were.events),
    ...(volumes.length === 0 ? {} : { volumes }),
    ...(to < erased.seq ? { next: to } : {}),
  };
}

/** The small rows that the task has beside the entry (task-state.ts). */
function rowsOf(event: TaskEvent): readonly string[] {
  const { messageId, turn, operationId } = namedIn(event);
  const { data } = event;
  return [
    ...(messageId === undefined ? [] : [messageKey(messageId)]),
    ...(turn === undefined ? [] : [turnKey(turn)]),
    ...(operationId === undefined ? [] : [settledKey(operationId)]),
    ...(event.type === "message.queued" && "n" in data ? [queuedKey(data.n)] : []),
    ...("compensable" in data && data.compensable !== undefined
      ? [effectKey(data.compensable.n)]
      : []),
  ];
}
