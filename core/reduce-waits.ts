// Owns how the opening of a wait changes a head, and what its end does besides closing the call.
// The rest of the table is in reduce.ts.
import type { EventData } from "../contract/event.ts";
import type { WaitRequest } from "../contract/wait.ts";
import type { ReducersOf } from "./change-head.ts";
import { changeOperation, withTurn } from "./change-head.ts";
import type { TaskHead } from "./task-head.ts";
import { backgroundOf } from "./wait/background.ts";
import { operationNamed } from "./wait/operation-name.ts";
import type { WaitPart } from "./wait/wait-part.ts";
import { waitPart } from "./wait/wait-terms.ts";

export const WAIT_REDUCERS: ReducersOf<"wait.opened" | "wait.due" | "turn.waiting"> = {
  "turn.waiting": (head) => withTurn(head, { rests: true }),
  "wait.opened": (head, { operationId, wait, ran }, event) => {
    const { turn, usage } = head;
    const opened = changeOperation(head, operationId, (each) => ({
      ...each,
      state: "waiting",
      since: event.at,
      wait: { ...waitPart(wait, event.seq), ...awaited(head, wait) },
    }));
    // Counted where it begins: the time of waiting is none of the turn's.
    const counted = withTurn(opened, { activeMs: turn.activeMs + (ran?.durationMs ?? 0) });
    return { ...counted, usage: { ...usage, toolCalls: usage.toolCalls + 1 } };
  },
  "wait.due": (head, { operationId }, { at: askedAt }) =>
    changeOperation(head, operationId, ({ wait, ...each }) =>
      wait === undefined ? each : { ...each, wait: { ...wait, askedAt } },
    ),
};

/** Which operations it is about: what is open now, and not what is begun later. */
function awaited(head: TaskHead, wait: WaitRequest): Pick<WaitPart, "operations"> {
  if (wait.kind !== "operations") return {};
  const { until, cancel, operations } = wait;
  const ids =
    operations?.map((each) => operationNamed(head, each)) ??
    backgroundOf(head).map(({ operationId }) => operationId);
  return { operations: { ids, until, ...(cancel && { cancel }) } };
}

/** Whether a call's end is that of a wait, and not of a tool. */
export function isWaitEnd({ via }: Pick<EventData["tool.returned"], "via">): boolean {
  return via !== undefined && via !== "reconcile" && via !== "statement" && via !== "override";
}

/** The head after a call's end, where it waited: time has passed, and the world is another. */
export function afterWait(head: TaskHead, data: EventData["tool.returned"]): TaskHead {
  const { lateMs } = data;
  return lateMs === undefined
    ? head
    : withTurn(head, { lateMs: Math.max(lateMs, head.turn.lateMs ?? 0) });
}
