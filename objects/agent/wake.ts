// Owns `wake`: the exclusive handler by which waiters, tools and timers bring a parked task on.
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { Wake } from "../../contract/command.ts";
import type { EventBody } from "../../contract/event.ts";
import type { TaskHead } from "../../core/task-head.ts";
import { onApprovalOpened, onApprovalSettled } from "../../core/transition/approval.ts";
import { onTimer, onToolDone } from "../../core/transition/control.ts";
import type { RunDeps } from "./segment.ts";
import { closeHandler } from "./recover.ts";
import { loadHead } from "./task-state.ts";
import { createTaskWriter } from "./task-writer.ts";

export async function wake(ctx: ObjectContext, { ports }: RunDeps, input: Wake): Promise<void> {
  const head = await loadHead(ctx);
  if (head === undefined) return;
  const events = eventsOf(head, input);
  if (events.length === 0) {
    turnAwayWaiter(ctx, head, input);
    return;
  }
  const writer = createTaskWriter(ctx, ports.remember, head, await ctx.date.now());
  writer.record(events);
  closeHandler(ctx, writer);
}

function eventsOf(head: TaskHead, input: Wake): readonly EventBody[] {
  switch (input.type) {
    case "awakeable-opened":
      return onApprovalOpened(head, input.operationId, input.awakeableId);
    case "awakeable-settled":
      return onApprovalSettled(head, input.operationId, input.awakeableId, input.payload);
    case "timer":
      return onTimer(head, input.park);
    case "tool-done":
      return onToolDone(head, input.operationId);
  }
}

/** A waiter that nobody needs any more must not wait for ever. */
function turnAwayWaiter(ctx: ObjectContext, head: TaskHead, input: Wake): void {
  if (input.type !== "awakeable-opened") return;
  const operation = head.operations.find((each) => each.operationId === input.operationId);
  // The same waiter may say it twice; the awakeable that is open stays.
  if (operation?.approval?.awakeableId === input.awakeableId) return;
  ctx.rejectAwakeable(input.awakeableId, "this approval is not needed any more");
}
