// Owns settling what a cancelled task has in flight: each operation is told to stop and its
// outcome awaited within a bound, after which it counts as unknown (F17, R29).
import { RestatePromise } from "@restatedev/restate-sdk";
import type { OpenOperation } from "../../core/task-head.ts";
import type { ToolCall } from "./call-tools.ts";
import { issue, returnOf, takeOutcome } from "./call-tools.ts";
import type { Segment } from "./segment.ts";

/** How long an outcome is awaited after the cancellation, in milliseconds. */
const SETTLE_MS = 30_000;

export async function cancelTools(
  segment: Segment,
  operations: readonly OpenOperation[],
): Promise<void> {
  const { ctx, writer } = segment;
  writer.commit();
  const calls = new Map<string, ToolCall>();
  for (const operation of operations) {
    // Issued before, so this attaches; cancelling is always our own act, never the engine's.
    const call = await issue(segment, operation);
    ctx.invocation(await call.promise.invocationId).cancel();
    calls.set(operation.operationId, call);
  }
  const bound = ctx.sleep(SETTLE_MS).map(() => "late" as const);
  while (calls.size > 0) {
    const first = await RestatePromise.race([...[...calls.values()].map(returnOf), bound]);
    if (first === "late") break;
    calls.delete(first.operation.operationId);
    takeOutcome(segment, first);
    writer.commit();
  }
  for (const { operation } of calls.values()) takeOutcome(segment, { operation });
}
