// Owns the record of a call that waits from now on, or why it is not to. How it ends is wait.ts's to
// say.
import type { Answered, EventBody } from "../../contract/event.ts";
import type { WaitRequest } from "../../contract/wait.ts";
import { MAX_BACKGROUND } from "../../contract/wait.ts";
import { evidenceIn } from "../call-evidence.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";
import { backgroundOf, isBackground } from "../wait/background.ts";
import { operationNamed } from "../wait/operation-name.ts";
import { positionOf } from "./next-attempt.ts";
import { returned } from "./returned.ts";
import { waitTime } from "./wait-time.ts";

/** The call waits from now on; `answered` of a tool that ran and asked for it. */
function openWait(operation: OpenOperation, wait: WaitRequest, answered?: Answered): EventBody {
  const data = { ...positionOf(operation), attempt: operation.attempt, wait };
  if (answered === undefined) return { type: "wait.opened", data };
  const { toolVersion, startedAt, durationMs } = answered;
  const ran = { toolVersion, startedAt, durationMs, ...evidenceIn(answered) };
  return { type: "wait.opened", data: { ...data, ran } };
}

/** Of a tool that ran: its effect is made, so where the background is full it is waited for. */
export function openToolsWait(
  head: TaskHead,
  operation: OpenOperation,
  wait: WaitRequest,
  answered: Answered,
): EventBody {
  if (wait.kind === "operations" || backgroundOf(head).length < MAX_BACKGROUND)
    return openWait(operation, wait, answered);
  const { background: _, ...waited } = wait;
  return openWait(operation, waited, answered);
}

/** Of a call of the model's: `answer` are the operations of the same answer. */
export function openModelsWait(
  head: TaskHead,
  operation: OpenOperation,
  wait: WaitRequest,
  answer: readonly OpenOperation[],
): EventBody {
  const before = backgroundOf(head).length;
  const place = answer.filter(isBackground).map(idOf).indexOf(operation.operationId);
  if (place !== -1 && before + place >= MAX_BACKGROUND)
    return refused(head, operation, "too_many_operations", TOO_MANY);
  if (wait.kind !== "operations") return openWait(operation, wait);
  const open = new Set([...head.operations, ...answer].filter(isBackground).map(idOf));
  const missing = (wait.operations ?? []).filter((each) => !open.has(operationNamed(head, each)));
  if (missing.length === 0) return openWait(operation, wait);
  return refused(head, operation, "operation_not_open", notOpen(missing));
}

const idOf = ({ operationId }: OpenOperation): string => operationId;

const TOO_MANY = `At most ${MAX_BACKGROUND} operations are open in the background at once: wait for some of them, or cancel some.`;

function notOpen(ids: readonly string[]): string {
  return `Not open in the background: ${ids.join(", ")}. What has ended has told you so in a message.`;
}

function refused(
  head: TaskHead,
  operation: OpenOperation,
  code: string,
  message: string,
): EventBody {
  const error = { outcome: "error", code, message, via: "operations" } as const;
  return returned(operation, waitTime(head, operation), error);
}
