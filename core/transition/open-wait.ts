// Owns the record of a call that waits from now on. How it ends is wait.ts's to say.
import type { Answered, EventBody } from "../../contract/event.ts";
import type { WaitRequest } from "../../contract/wait.ts";
import { evidenceIn } from "../call-evidence.ts";
import type { OpenOperation } from "../task-head.ts";
import { positionOf } from "./next-attempt.ts";

/** The call waits from now on; `answered` of a tool that ran and asked for it. */
export function openWait(
  operation: OpenOperation,
  wait: WaitRequest,
  answered?: Answered,
): EventBody {
  const data = { ...positionOf(operation), attempt: operation.attempt, wait };
  if (answered === undefined) return { type: "wait.opened", data };
  const { toolVersion, startedAt, durationMs } = answered;
  const ran = { toolVersion, startedAt, durationMs, ...evidenceIn(answered) };
  return { type: "wait.opened", data: { ...data, ran } };
}
