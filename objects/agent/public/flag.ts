// Owns `flag`: whoever watches has a task look whether it is stuck. What is not stuck costs a read.
// A task whose lock is held, such as by a segment that fails over and over, is told of at once all
// the same, and records it when its turn comes.
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import type { AgentDefinition } from "../../../contract/agent.ts";
import type { Command } from "../../../contract/command.ts";
import { COMMAND_VERSION, YIELD_SIGNAL } from "../../../contract/command.ts";
import type { Announcement } from "../../../contract/notification.ts";
import { NOTIFICATION_SERVICE } from "../../../contract/notification.ts";
import type { FlagResult, StuckBounds } from "../../../contract/watch.ts";
import { flagOf } from "../../../core/watch/stuck.ts";
import { jsonOf } from "../../../handler/json-serde.ts";
import { viewTask } from "../task-state.ts";
import { notFound } from "./send.ts";
import { interruptSegment } from "./submit.ts";

/** Of two watchdogs that find the same, one is heard: what they send has the same keys. */
export async function flag(
  ctx: ObjectSharedContext,
  { agent, notifies }: { readonly agent: AgentDefinition; readonly notifies: boolean },
  bounds: StuckBounds,
): Promise<FlagResult> {
  const head = await viewTask(ctx);
  if (head === undefined) throw notFound(agent.name);
  const flagging = flagOf(head, agent, bounds, await ctx.date.now());
  if (flagging === undefined) return { result: "nothing" };
  // Told first: if this is killed in between, the next watchdog finds the task unmarked.
  for (const notice of notifies ? flagging.notices : []) {
    ctx.genericSend<Announcement>({
      service: NOTIFICATION_SERVICE,
      method: "announce",
      parameter: notice,
      inputSerde: jsonOf(),
      idempotencyKey: notice.id,
    });
  }
  ctx.genericSend<Command>({
    service: agent.name,
    key: ctx.key,
    method: "apply",
    parameter: { v: COMMAND_VERSION, ...flagging.command },
    inputSerde: jsonOf(),
    idempotencyKey: flagging.key,
  });
  interruptSegment(ctx, head, YIELD_SIGNAL);
  return { result: "accepted" };
}
