// Owns what `start`, `send` and `ask` share: bringing a message into its stored form, handing
// it to `apply`, and asking a running segment to let it in (L5).
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import { InvocationIdParser, TimeoutError } from "@restatedev/restate-sdk";
import type { CheckArtifacts, StoreText } from "../../../contract/artifact.ts";
import type { Begin, Command, SegmentSignal } from "../../../contract/command.ts";
import { ABORT_SIGNAL, COMMAND_VERSION, YIELD_SIGNAL } from "../../../contract/command.ts";
import type { MessageContent, MessagePart, StoredPart } from "../../../contract/message.ts";
import type { TaskHead } from "../../../core/task-head.ts";
import { artifactsIn } from "../../../core/message-artifacts.ts";
import type { Applied } from "../apply.ts";
import { jsonOf } from "../../../handler/json-serde.ts";
import { problem } from "../../../handler/problem.ts";

/** Both are called inside an action. */
export interface StoreOptions {
  readonly storeText: StoreText;
  readonly checkArtifacts: CheckArtifacts;
  readonly inlineLimitBytes: number;
}

/**
 * The message's parts as the log keeps them: long text leaves the journal (L6). Refuses a message
 * whose images and files the task's tenant does not have.
 */
export async function storeParts(
  ctx: ObjectSharedContext,
  content: MessageContent,
  tenant: string | undefined,
  options: StoreOptions,
): Promise<readonly StoredPart[]> {
  const parts: readonly MessagePart[] =
    typeof content === "string" ? [{ type: "text", text: content }] : content;
  const refs = artifactsIn(parts);
  const missing =
    refs.length === 0
      ? undefined
      : await ctx.run("check-artifacts", async () => options.checkArtifacts(refs, tenant));
  if (missing !== undefined) throw problem("artifact_not_found", missing);
  const stored: StoredPart[] = [];
  // The bound is the message's: many small parts are large together.
  let room = options.inlineLimitBytes;
  for (const part of parts) {
    const size = part.type === "text" ? new TextEncoder().encode(part.text).length : 0;
    if (part.type !== "text") {
      stored.push(part);
    } else if (size <= room) {
      room -= size;
      stored.push({ type: "text", body: { text: part.text } });
    } else {
      const artifact = await ctx.run("store-text", () => options.storeText(part.text, tenant));
      stored.push({ type: "text", body: { artifact } });
    }
  }
  return stored;
}

export type CommandBody = Command extends infer C
  ? C extends Command
    ? Omit<C, "v">
    : never
  : never;

export function callApply(ctx: ObjectSharedContext, agent: string, command: CommandBody) {
  return ctx.genericCall<Command, Applied>({
    ...applyTarget(ctx, agent, command),
    outputSerde: jsonOf(),
  });
}

/** Undefined when the task did not come to it in time, in milliseconds; it will. */
export async function awaitApplied(
  call: ReturnType<typeof callApply>,
  withinMs: number,
): Promise<Applied | undefined> {
  try {
    return await call.orTimeout(withinMs);
  } catch (error) {
    if (error instanceof TimeoutError) return undefined;
    throw error;
  }
}

/** Makes the task; its first segment goes on in the same invocation after the answer. */
export function callBegin(ctx: ObjectSharedContext, agent: string, command: CommandBody) {
  const { id: applied, promise } = ctx.awakeable<Applied>(jsonOf());
  ctx.genericSend<Begin>({
    service: agent,
    key: ctx.key,
    method: "begin",
    parameter: { v: COMMAND_VERSION, command: { v: COMMAND_VERSION, ...command }, applied },
    inputSerde: jsonOf(),
  });
  return promise;
}

export function sendApply(ctx: ObjectSharedContext, agent: string, command: CommandBody): void {
  ctx.genericSend<Command>(applyTarget(ctx, agent, command));
}

function applyTarget(ctx: ObjectSharedContext, agent: string, command: CommandBody) {
  const parameter: Command = { v: COMMAND_VERSION, ...command };
  return {
    service: agent,
    key: ctx.key,
    method: "apply",
    parameter,
    inputSerde: jsonOf<Command>(),
  };
}

/** Asks the segment that holds the lock, if one does, to let waiting commands in. */
export function interruptSegment(
  ctx: ObjectSharedContext,
  head: TaskHead,
  kind: SegmentSignal,
): void {
  const { open, invocationId } = head.segment;
  if (!open || invocationId === undefined) return;
  const segment = ctx.invocation(InvocationIdParser.fromString(invocationId));
  segment.signal<SegmentSignal>(YIELD_SIGNAL, jsonOf()).resolve(kind);
  if (kind === ABORT_SIGNAL)
    segment.signal<SegmentSignal>(ABORT_SIGNAL, jsonOf()).resolve(ABORT_SIGNAL);
}

/** Input of `nudge`: goes on asking until a command is applied, as one signal may miss (L5). */
export interface Nudge {
  readonly kind: SegmentSignal;
  /** Wait for this message to be applied... */
  readonly messageId?: string;
  /** ...or for this operation to be any other than this one... */
  readonly unlike?: { readonly operationId: string; readonly digest: string };
  /** ...or for this segment to have let commands in... */
  readonly segment?: number;
  /** ...or for whichever is at work when this comes: the command stands behind that one at most. */
  readonly any?: true;
  /** Where the log of a task that waits ended when this was first sent. */
  readonly nextSeq?: number;
  readonly attempt: number;
}

const FIRST_NUDGE_MS = 250;
const LONGEST_NUDGE_MS = 30_000;
/** About a minute: what waits by then for a wake before it has waited for no segment. */
const MOST_FOR_A_WAKE = 8;

/** Only a busy task needs it: one that rests applies the command at once. */
export function sendNudge(ctx: ObjectSharedContext, head: TaskHead, nudge: Nudge): void {
  const { open, queued } = head.segment;
  const { nextSeq = head.nextSeq } = nudge;
  // A wake that came right before the command will execute a segment before it.
  const mayWake =
    head.status.startsWith("waiting-") &&
    head.nextSeq === nextSeq &&
    nudge.attempt < MOST_FOR_A_WAKE;
  if (!open && !queued && !mayWake) return;
  ctx.genericSend<Nudge>({
    service: head.agent,
    key: ctx.key,
    method: "nudge",
    parameter: { ...nudge, nextSeq },
    inputSerde: jsonOf(),
    delay: Math.min(FIRST_NUDGE_MS * 2 ** nudge.attempt, LONGEST_NUDGE_MS),
  });
}

/** Whichever segment is at work now. */
export function askAgain(ctx: ObjectSharedContext, agent: string, kind: SegmentSignal): void {
  ctx.genericSend<Nudge>({
    service: agent,
    key: ctx.key,
    method: "nudge",
    parameter: { kind, any: true, attempt: 0 },
    inputSerde: jsonOf(),
  });
}
