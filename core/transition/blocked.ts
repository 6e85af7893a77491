// Owns what it means that a tool's service did nothing: the task waits and tries again, asks
// anew, or the model is told (L8).
import type { Answered, EventBody } from "../../contract/event.ts";
import type { BlockCode, Blocked } from "../../contract/tool.ts";
import { evidenceIn } from "../call-evidence.ts";
import { spread } from "../spread.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";
import { askTool, staleBy } from "./approval.ts";
import { attemptOf, positionOf, unapprovedAttempt } from "./next-attempt.ts";
import { returned } from "./returned.ts";

/** First and longest pause before what was blocked is issued again by itself, in milliseconds. */
const FOR_STOP = { firstMs: 5_000, longestMs: 60_000 };
const FOR_A_PERSON = { firstMs: 60_000, longestMs: 10 * 60_000 };
/** An outage that passes by itself, and that one task more does not make worse. */
const FOR_THE_SINK = { firstMs: 1_000, longestMs: 30_000 };

/** All that were turned away at once must not come back at once. */
const FOR_A_PLACE = { firstMs: 2_000, longestMs: 5 * 60_000, spreads: true };

interface Pauses {
  readonly firstMs: number;
  readonly longestMs: number;
  readonly spreads?: boolean;
}

const PAUSES: { readonly [Code in BlockCode]?: Pauses } = {
  stopped: FOR_STOP,
  audit: FOR_THE_SINK,
  busy: FOR_A_PLACE,
};

/** When it is issued again by itself, having been blocked so many times before. */
export function retryTime(head: TaskHead, blocked: BlockedAnswer, times: number): number {
  const { firstMs, longestMs, spreads }: Pauses = PAUSES[blocked.code] ?? FOR_A_PERSON;
  const pause = Math.min(firstMs * 2 ** Math.min(times, 20), longestMs);
  const spreadMs = spreads === true ? spread(pause, `${head.taskUid}/${times}`) : pause;
  return Math.max(head.updatedAt, blocked.startedAt + blocked.durationMs) + spreadMs;
}

export type BlockedAnswer = Blocked & Answered;

export function onBlocked(
  head: TaskHead,
  operation: OpenOperation,
  blocked: BlockedAnswer,
): readonly EventBody[] {
  const { code, reason } = blocked;
  const at = timeOf(blocked);
  if (head.cancelling || code === "cancelled") {
    return [event(operation, blocked), returned(operation, at, { outcome: "cancelled" })];
  }
  if (code === "credential" || code === "stopped" || code === "audit" || code === "busy") {
    return [event(operation, blocked, retryTime(head, blocked, operation.blocks ?? 0))];
  }
  if (code === "stale") {
    // Also of a call that needed no approval when the model asked for it, and needs one now.
    const again = unapprovedAttempt(head, operation, `it must be approved as it is now: ${reason}`);
    const stale = staleBy(operation, blocked.changes ?? [], "effect");
    return [event(operation, blocked), ...stale, again, askTool(attemptOf(operation, again))];
  }
  const told = { outcome: "error", code, message: reason } as const;
  return [event(operation, blocked), returned(operation, at, told)];
}

/** Without the evidence, which the block itself records. */
function timeOf({ toolVersion, startedAt, durationMs }: Answered): Answered {
  return { toolVersion, startedAt, durationMs };
}

function event(operation: OpenOperation, blocked: BlockedAnswer, retryAt?: number): EventBody {
  const { code, reason } = blocked;
  const { attempt } = operation;
  const data = { attempt, code, reason, ...timeOf(blocked), ...evidenceIn(blocked) };
  return {
    type: "call.blocked",
    data: { ...positionOf(operation), ...data, ...(retryAt === undefined ? {} : { retryAt }) },
  };
}
