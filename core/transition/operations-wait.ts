// Owns the calls by which a model looks after its operations in the background: what is open, waiting
// for one or all of them, and ending some. They are decided from the head alone, and before anything
// else of their answer.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { EventBody } from "../../contract/event.ts";
import { isoTime } from "../../contract/iso-time.ts";
import { toolOf } from "../doubt.ts";
import type { TaskHead } from "../task-head.ts";
import { backgroundOf } from "../wait/background.ts";
import { nameOfOperation } from "../wait/operation-name.ts";
import type { WaitResult } from "../wait/wait-result.ts";
import type { WaitingOperation } from "../wait/wait-terms.ts";
import { isWaiting } from "../wait/wait-terms.ts";
import { okData, returned } from "./returned.ts";
import { waitTime } from "./wait-time.ts";
import { onWithdrawWaits } from "./withdraw-waits.ts";

/** The end of the first such call that is due; one at a time, for it may be what the next waits for. */
export function dueOperationWait(head: TaskHead, agent: AgentDefinition): readonly EventBody[] {
  const operation = head.operations
    .filter(isWaiting)
    .find((each) => each.wait.kind === "operations" && isDue(head, each));
  if (operation === undefined) return [];
  const cancelled = operation.wait.operations?.cancel === true ? openOf(head, operation) : [];
  const result = resultOf(head, operation, cancelled);
  const ok = okData(head, operation, result, toolOf(agent, operation));
  return [
    ...onWithdrawWaits({ ...head, operations: cancelled }, "you have cancelled it"),
    returned(operation, waitTime(head, operation), { ...ok, via: "operations" }),
  ];
}

/** Those it is about that have not ended. */
function openOf(head: TaskHead, { wait }: WaitingOperation): readonly WaitingOperation[] {
  const ids = new Set(wait.operations?.ids);
  return backgroundOf(head).filter((each) => ids.has(each.operationId));
}

function isDue(head: TaskHead, operation: WaitingOperation): boolean {
  const { ids = [], until = "now" } = operation.wait.operations ?? {};
  const open = openOf(head, operation).length;
  switch (until) {
    case "now":
      return true;
    case "any":
      return open < ids.length || ids.length === 0;
    case "all":
      return open === 0;
  }
}

function resultOf(
  head: TaskHead,
  operation: WaitingOperation,
  cancelled: readonly WaitingOperation[],
): WaitResult {
  const idsOf = (each: readonly WaitingOperation[]) => each.map(({ operationId }) => operationId);
  const left = backgroundOf(head).filter((each) => !cancelled.includes(each));
  const open = new Set(idsOf(left));
  const over = (operation.wait.operations?.ids ?? []).filter((each) => !open.has(each));
  const ended = over.filter((each) => !idsOf(cancelled).includes(each));
  const said = {
    now: isoTime(head.updatedAt),
    open: left.map(({ operationId, tool, since, wait: { endsAt } }) => ({
      operation: nameOfOperation(operationId),
      tool,
      since: isoTime(since),
      until: isoTime(endsAt),
    })),
    ...(ended.length === 0 ? {} : { ended: ended.map(nameOfOperation) }),
    ...(cancelled.length === 0 ? {} : { cancelled: idsOf(cancelled).map(nameOfOperation) }),
  };
  return { result: { text: JSON.stringify(said) }, mediaType: "application/json" };
}
