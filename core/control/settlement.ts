// Owns the report of what became of everything that a task had begun, kept while it comes to its
// end (F17, R72): numbers of all, and the last operations one by one.
import type { SettledAs, SettlementReport } from "../../contract/control-view.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { unsettledChildren } from "../child/children.ts";
import { EFFECT_POLICY } from "../effect-policy.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";

/** Operations that a report names. */
const REPORTED = 64;

type Settled = SettlementReport["operations"][number];

/** Counts effects as they are made and undone; while the task ends, also what is closed. */
export function noteSettled(before: TaskHead, after: TaskHead, event: TaskEvent): TaskHead {
  const counted = countEffects(before, after, event);
  if (!before.cancelling) return counted;
  const open = new Set(after.operations.map((each) => each.operationId));
  const closed = before.operations.filter((each) => !open.has(each.operationId));
  if (closed.length === 0) return counted;
  const settled = closed.map((each) => settledAs(each, event));
  const { cancelled = 0, operations = [] } = counted.settling ?? {};
  return {
    ...counted,
    settling: {
      ...counted.settling,
      cancelled: cancelled + settled.filter(({ outcome }) => outcome === "cancelled").length,
      operations: [...operations, ...settled].slice(-REPORTED),
    },
  };
}

function countEffects(before: TaskHead, head: TaskHead, event: TaskEvent): TaskHead {
  const { applied = 0 } = head;
  // A call that waits had its effect before.
  if (event.type === "wait.opened") {
    const opened = head.operations.find((each) => each.operationId === event.data.operationId);
    const changes = opened !== undefined && EFFECT_POLICY[opened.effect].changes;
    return changes ? { ...head, applied: applied + 1 } : head;
  }
  if (event.type === "tool.returned" && event.data.outcome === "ok") {
    const { operationId, effect } = event.data;
    const waited = before.operations.find((each) => each.operationId === operationId)?.wait;
    const counts = waited === undefined && EFFECT_POLICY[effect].changes;
    return counts ? { ...head, applied: applied + 1 } : head;
  }
  if (event.type !== "effect.compensated" || event.data.outcome === "committed") return head;
  return { ...head, applied: Math.max(0, applied - 1) };
}

function settledAs({ operationId, tool, effect, state }: OpenOperation, event: TaskEvent): Settled {
  const isCommitted =
    (state === "waiting" && EFFECT_POLICY[effect].changes) ||
    (event.type === "tool.returned" &&
      event.data.outcome === "ok" &&
      EFFECT_POLICY[effect].changes);
  return { operationId, tool, outcome: isCommitted ? "committed" : "cancelled" };
}

/** What a task leaves that ends now: what is open and unknown stays unknown, the rest is closed. */
export function settlementOf(head: TaskHead): SettlementReport {
  const { compensation, settling, applied = 0 } = head;
  const rest = head.operations.map(({ operationId, tool, state }): Settled => {
    return { operationId, tool, outcome: state === "unknown" ? "unknown" : "cancelled" };
  });
  const undone = (compensation?.effects ?? []).map(
    ({ operationId, outcome, tool = "" }): Settled => ({ operationId, tool, outcome }),
  );
  const count = (outcome: SettledAs): number =>
    rest.filter((each) => each.outcome === outcome).length;
  const children = [...(settling?.children ?? []), ...unsettledChildren(head)].slice(-REPORTED);
  return {
    ...(children.length === 0 ? {} : { children }),
    undone: compensation?.undone ?? 0,
    committed: applied,
    unknown: count("unknown") + (compensation?.unknown ?? 0),
    cancelled: count("cancelled") + (settling?.cancelled ?? 0),
    operations: [...(settling?.operations ?? []), ...undone, ...rest].slice(-REPORTED),
  };
}

/** Operations of which nobody knows, when the task ends. */
export function unknownOf({ operations }: TaskHead): readonly string[] {
  return operations.filter(({ state }) => state === "unknown").map((each) => each.operationId);
}
