// Owns what a task sends to its children: the messages of calls, and the word to end. Sent once the
// events are in the state, and again by a recovery, for a kill takes along what was sent (L15).
import type { Command, SegmentSignal } from "../../contract/command.ts";
import { ABORT_SIGNAL, YIELD_SIGNAL } from "../../contract/command.ts";
import type { TaskEvent } from "../../contract/event.ts";
import type { NamedGrant } from "../../contract/grant.ts";
import { followers, followParent, isTold } from "../../core/child/follow-parent.ts";
import { leaveChild, startChild } from "../../core/child/child-command.ts";
import type { ChildAddress } from "../../core/child/children.ts";
import { isChildCall } from "../../core/child/children.ts";
import type { ChildPart } from "../../core/wait/wait-part.ts";
import { waitIn } from "../../core/wait/wait-terms.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import type { LogPlace } from "./request-approval.ts";
import { eventAt } from "./request-approval.ts";
import { GRANTS_KEY } from "./task-state.ts";

/** What this handler has recorded of children. */
export async function tellChildren(place: LogPlace): Promise<void> {
  const { writer } = place;
  if (writer.childNews.length === 0) return;
  writer.commit();
  for (const event of writer.childNews.splice(0)) {
    if (event.type === "child.started") await start(place, event.data.operationId);
    if (event.type === "child.left") leave(place, event.data, event.data);
    if (isTold(writer.head, event)) await lead(place, event);
  }
}

/** All of it again: a segment that was lost may not have sent it, or took it along. */
export async function tellChildrenAgain(place: LogPlace): Promise<void> {
  for (const child of place.writer.head.children ?? []) {
    for (const operationId of child.operations) await start(place, operationId);
    if (child.left !== undefined) leave(place, child, child.left);
  }
  await lead(place);
}

async function start(place: LogPlace, operationId: string): Promise<void> {
  const { head, agent } = place.writer;
  const operation = head.operations.find((each) => each.operationId === operationId);
  if (operation === undefined || !isChildCall(operation)) return;
  const { seq, child } = operation.wait;
  const wait = waitIn(await eventAt(place, seq), operation.ordinal);
  if (wait?.kind !== "child") throw new Error(`the log has no message to a child at entry ${seq}`);
  const within = await grantsIn(place);
  send(
    place,
    child,
    "apply",
    startChild(head, operation, { agent, message: wait.message, within }),
  );
}

/** How the task is held and what it may do, to every child that goes on. */
async function lead(place: LogPlace, because?: TaskEvent): Promise<void> {
  const { head } = place.writer;
  const children = followers(head);
  if (children.length === 0) return;
  const command = followParent(head, await grantsIn(place), because);
  const { hold } = command;
  const now = hold?.kind === "quarantined" || hold?.when === "now";
  for (const child of children) {
    send(place, child, "apply", command);
    send(place, child, "nudge", { kind: now ? ABORT_SIGNAL : YIELD_SIGNAL, any: true, attempt: 0 });
  }
}

async function grantsIn({ ctx, writer }: LogPlace): Promise<readonly NamedGrant[] | undefined> {
  if (writer.head.grants === undefined) return undefined;
  return (await ctx.get<readonly NamedGrant[]>(GRANTS_KEY)) ?? undefined;
}

/** As objects/agent/public takes it. */
interface Nudge {
  readonly kind: SegmentSignal;
  readonly any?: true;
  readonly attempt: number;
}

type Left = Omit<NonNullable<ChildPart["left"]>, "until">;

function leave(place: LogPlace, child: ChildAddress, left: Left): void {
  send(place, child, "apply", leaveChild(left));
  // A segment that has the lock is asked to let it in until it does (L5).
  send(place, child, "nudge", { kind: ABORT_SIGNAL, attempt: 0 });
}

function send(
  { ctx }: LogPlace,
  { agent: service, taskId: key }: ChildAddress,
  method: "apply" | "nudge",
  parameter: Command | Nudge,
): void {
  ctx.genericSend<typeof parameter>({ service, key, method, parameter, inputSerde: jsonOf() });
}
