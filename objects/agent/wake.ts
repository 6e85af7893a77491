// Owns `wake`: the exclusive handler by which approvals, tools and timers bring a parked task on.
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { Wake } from "../../contract/command.ts";
import type { EventBody } from "../../contract/event.ts";
import type { TaskHead } from "../../core/task-head.ts";
import { onApprovalNotice } from "../../core/transition/approval-notice.ts";
import { onBudgetNotice } from "../../core/transition/budget.ts";
import { onTimer, onToolDone } from "../../core/transition/control.ts";
import type { RunDeps } from "./segment.ts";
import { closeHandler } from "./recover.ts";
import { loadHead } from "./task-state.ts";
import { createTaskWriter } from "./task-writer.ts";

export async function wake(ctx: ObjectContext, { ports }: RunDeps, input: Wake): Promise<void> {
  const head = await loadHead(ctx);
  if (head === undefined) return;
  const events = eventsOf(head, input);
  if (events.length === 0) return;
  const writer = createTaskWriter(ctx, ports.remember, head, await ctx.date.now());
  writer.record(events);
  await closeHandler(ctx, writer);
}

function eventsOf(head: TaskHead, input: Wake): readonly EventBody[] {
  switch (input.type) {
    case "approval":
      return onApprovalNotice(head, input);
    case "timer":
      return onTimer(head, input.park);
    case "tool-done":
      return onToolDone(head, input.operationId);
    case "budget":
      return onBudgetNotice(head);
    case "awakeable-opened":
    case "awakeable-settled":
      // Of a waiter of the approval's: it never speaks to the task.
      return [];
  }
}
