// Owns settling what a cancelled task has in flight, before anything is undone: each call is
// told to stop, each unknown effect is asked about, and all answers are awaited within one
// bound, after which what is left is unknown (F17, R29).
import { RestatePromise } from "@restatedev/restate-sdk";
import type { OpenOperation } from "../../core/task-head.ts";
import type { ToolCall } from "./issue-tool.ts";
import { issue, returnOf, takeOutcome } from "./issue-tool.ts";
import type { Segment } from "./segment.ts";

/** How long outcomes are awaited after the cancellation, in milliseconds. */
const SETTLE_MS = 30_000;

export async function settleTools(
  segment: Segment,
  operations: readonly OpenOperation[],
): Promise<void> {
  const { ctx, writer } = segment;
  writer.commit();
  const calls = new Map<string, ToolCall>();
  for (const operation of operations) {
    // One that was issued before is attached to; cancelling is always our own act, never the engine's.
    const call = await issue(segment, operation);
    if (call.verb === "execute") ctx.invocation(await call.promise.invocationId).cancel();
    calls.set(operation.operationId, call);
  }
  segment.settleTimer ??= ctx.sleep(SETTLE_MS).map(() => "late" as const);
  while (calls.size > 0) {
    const first = await RestatePromise.race([
      ...[...calls.values()].map(returnOf),
      segment.settleTimer,
    ]);
    if (first === "late") break;
    calls.delete(first.operation.operationId);
    await takeOutcome(segment, first);
    writer.commit();
  }
  for (const { verb, operation } of calls.values()) await takeOutcome(segment, { verb, operation });
}
