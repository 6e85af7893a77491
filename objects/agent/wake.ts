// Owns `wake`: the exclusive handler by which approvals, tools and timers bring a parked task on. Where
// a call is to be made now, it executes the segment itself, which one that is sent would do later.
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { AgentDefinition } from "../../contract/agent.ts";
import type { Wake } from "../../contract/command.ts";
import type { EventBody } from "../../contract/event.ts";
import { callsAtOnce } from "../../core/segment-due.ts";
import type { TaskHead } from "../../core/task-head.ts";
import { onApprovalNotice } from "../../core/transition/approval-notice.ts";
import { onBudgetNotice } from "../../core/transition/budget.ts";
import { onChildNotice } from "../../core/transition/child.ts";
import { onExtensionNotice } from "../../core/transition/extension.ts";
import { onReviewNotice } from "../../core/transition/review-notice.ts";
import { onTimer, onToolDone } from "../../core/transition/control.ts";
import { onEventNotice, onNoEvent } from "../../core/transition/wait.ts";
import type { RunDeps } from "./segment.ts";
import { closeHandler } from "./recover.ts";
import { runSegment } from "./run.ts";
import { loadHeadNow } from "./task-state.ts";
import { createTaskWriter } from "./task-writer.ts";

export async function wake(ctx: ObjectContext, deps: RunDeps, input: Wake): Promise<void> {
  const { ports, agent } = deps;
  const { head, now } = await loadHeadNow(ctx);
  if (head === undefined) return;
  const events = eventsOf(head, input, { agent, now });
  if (events.length === 0) return;
  // A timer is the server's: when it fires its time has come, whatever this worker's clock says (F27).
  const due = input.type === "timer" ? (head.park.wakeAt ?? now) : now;
  const writer = createTaskWriter(ctx, { agent, ports }, head, Math.max(now, due));
  writer.record(events);
  if (callsAtOnce(writer.head, agent)) await runSegment(ctx, deps, writer);
  else await closeHandler(ctx, { writer, agent });
}

function eventsOf(
  head: TaskHead,
  input: Wake,
  at: { readonly agent: AgentDefinition; readonly now: number },
): readonly EventBody[] {
  switch (input.type) {
    case "event":
      return onEventNotice(head, input, at);
    case "no-event":
      return onNoEvent(head, input, at);
    case "child":
      return onChildNotice(head, input, at);
    case "approval":
      return (
        onExtensionNotice(head, input) ??
        onReviewNotice(head, input) ??
        onApprovalNotice(head, input)
      );
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
