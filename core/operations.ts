// Owns which operations an answer of the model makes: one for each usable call, while the same
// call again shares the first one's (F5).
import type { EventData } from "../contract/event.ts";
import { operationId } from "../contract/ids.ts";
import { sharedOrdinal } from "./shared-call.ts";
import type { OpenOperation } from "./task-head.ts";
import { waitPart } from "./wait/wait-terms.ts";

export function operationsOf(
  task: { readonly taskUid: string },
  event: { readonly seq: number; readonly at: number },
  answered: Pick<EventData["model.answered"], "step" | "answer">,
): readonly OpenOperation[] {
  const { step, answer } = answered;
  return answer.calls.flatMap((call, ordinal): readonly OpenOperation[] => {
    if (!call.check.ok || sharedOrdinal(answer.calls, ordinal) !== ordinal) return [];
    const { digest, toolVersion, effect, price = 0, wait } = call.check;
    const attempt = 1;
    return [
      {
        operationId: operationId({ taskUid: task.taskUid, step, ordinal, attempt }),
        step,
        ordinal,
        callId: call.callId,
        tool: call.name,
        attempt,
        ...(wait === undefined
          ? { state: "ready" as const }
          : { state: "waiting" as const, wait: waitPart(wait, event.seq) }),
        toolVersion,
        effect,
        argumentsDigest: digest,
        ...(price === 0 ? {} : { price }),
        answerSeq: event.seq,
        since: event.at,
      },
    ];
  });
}
