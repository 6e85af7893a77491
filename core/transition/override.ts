// Owns stating the result of an operation by hand: what has not run does not run any more, and the
// model reads the result that a person gives (R72, F18). A call that may be having its effect now
// is nobody's to state: that waits until its outcome is known, or known to be unknown (L7).
import type { ControlCommand } from "../../contract/control.ts";
import type { EventBody, EventData } from "../../contract/event.ts";
import type { AnyTool } from "../../contract/tool.ts";
import { EFFECT_POLICY } from "../effect-policy.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";
import { withdrawals } from "./approval.ts";
import { leaveChildOf } from "./leave-child.ts";
import { positionOf } from "./next-attempt.ts";
import { okData, returned } from "./returned.ts";
import type { Refusal } from "./refusal.ts";
import { OPERATION_NOT_FOUND } from "./refusal.ts";
import { operator, wokenBy } from "./unknown-effect.ts";

type Override = Extract<ControlCommand, { type: "override" }>;

/** Why the operation's result is not stated by hand, or undefined when it is. */
export function overrideProblem(
  head: TaskHead,
  { operationId, used }: Pick<Override, "operationId" | "used">,
): Refusal | undefined {
  const operation = head.operations.find((each) => each.operationId === operationId);
  if (operation === undefined) return OPERATION_NOT_FOUND;
  if (used !== undefined && reservedPrice(head, operationId) === undefined) {
    const message = "no budget has reserved a price for this operation; leave used out";
    return { code: "invalid_input", message };
  }
  if (operation.state !== "issued" || EFFECT_POLICY[operation.effect].repeatable) return undefined;
  const message =
    "the call may be having its effect now; wait until it has returned, or until it is unknown, or cancel the task";
  return { code: "operation_in_flight", message };
}

/** `overrideProblem` has let it pass. `now` is in milliseconds since the epoch. */
export function onOverride(
  head: TaskHead,
  { operationId, outcome, reason, by, used }: Override,
  tool: AnyTool | undefined,
  now: number,
): readonly EventBody[] {
  const operation = head.operations.find((each) => each.operationId === operationId);
  if (operation === undefined) return [];
  const actor = operator(by);
  const stated: EventBody = {
    type: "operation.overridden",
    actor,
    reason,
    data: {
      ...positionOf(operation),
      from: operation.state,
      outcome: "result" in outcome ? "ok" : "error",
      ...usedBy(head, operation, used),
    },
  };
  const at = { toolVersion: operation.toolVersion, startedAt: now, durationMs: 0 };
  // The request for it, if a person was asked, is closed after its result is there.
  const { operations: _, ...rest } = head;
  const withdrawn = withdrawals(
    { ...rest, operations: [operation] },
    "its result was stated by hand",
  );
  const result =
    "result" in outcome
      ? returned(operation, at, {
          ...statedOk(head, operation, outcome.result, tool),
          via: "override",
        })
      : returned(operation, at, { outcome: "error", ...outcome.error, via: "override" });
  const left = leaveChildOf(head, operation);
  return [stated, ...left, result, ...withdrawn, ...wokenBy(head, "override")];
}

/** A call in one of these has run, or may have. */
const RAN: ReadonlySet<OpenOperation["state"]> = new Set(["issued", "unknown", "waiting"]);

/** Nobody knows what it has cost but for the one who states it; else its price counts, if it ran. */
function usedBy(
  head: TaskHead,
  { operationId, state }: OpenOperation,
  stated: Override["used"],
): Pick<EventData["operation.overridden"], "used"> {
  const price = reservedPrice(head, operationId);
  if (price === undefined) return {};
  if (stated !== undefined) return { used: { money: stated.money, by: "stated" } };
  return RAN.has(state)
    ? { used: { money: price, by: "price" } }
    : { used: { money: 0, by: "not-run" } };
}

/** What a budget has reserved for the call and has not settled; undefined for nothing. */
function reservedPrice({ budget }: TaskHead, operationId: string): number | undefined {
  const calls = (budget?.calls ?? []).flatMap((each) => each.calls);
  const call = calls.find((each) => each.operationId === operationId);
  return call?.used === undefined ? call?.amounts.money : undefined;
}

/** What did not run left nothing that could be undone. */
function statedOk(
  head: TaskHead,
  operation: OpenOperation,
  result: Extract<Override["outcome"], { result: unknown }>["result"],
  tool: AnyTool | undefined,
) {
  const ok = okData(head, operation, { result, mediaType: "application/json" }, tool);
  const { compensable: _, ...plain } = ok;
  return operation.state === "unknown" ? ok : plain;
}
