// Owns which operations an answer of the model makes: one for each usable call, while the same
// call again shares the first one's (F5).
import type { EventData } from "../contract/event.ts";
import { operationId } from "../contract/ids.ts";
import { sharedOrdinal } from "./shared-call.ts";
import type { OpenOperation } from "./task-head.ts";

export function operationsOf(
  task: { readonly taskUid: string },
  event: { readonly seq: number; readonly at: number },
  answered: Pick<EventData["model.answered"], "step" | "answer">,
): readonly OpenOperation[] {
  const { step, answer } = answered;
  return answer.calls.flatMap((call, ordinal): readonly OpenOperation[] => {
    if (!call.check.ok || sharedOrdinal(answer.calls, ordinal) !== ordinal) return [];
    const { digest, toolVersion, effect } = call.check;
    const attempt = 1;
    return [
      {
        operationId: operationId({ taskUid: task.taskUid, step, ordinal, attempt }),
        step,
        ordinal,
        callId: call.callId,
        tool: call.name,
        attempt,
        state: "ready",
        toolVersion,
        effect,
        argumentsDigest: digest,
        answerSeq: event.seq,
        since: event.at,
      },
    ];
  });
}
