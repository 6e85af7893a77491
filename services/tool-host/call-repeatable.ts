// Owns `execute` of a tool whose class may be repeated: no intent, no token, nobody to ask. What
// has an effect is run-effect.ts's.
import type { ToolError, ToolRequest, ToolResponse, ToolResult } from "../../contract/tool.ts";
import type { Waiting } from "../../contract/wait.ts";
import { sha256 } from "../../core/digest.ts";
import { isWaitFor } from "../../tools/wait-for.ts";
import { attemptCall } from "./attempt-call.ts";
import { checkCaptured } from "./check-captured.ts";
import { errorBody } from "./error-body.ts";

import { loadCall } from "./load-call.ts";
import { gaveUp, timingOf } from "./outcome.ts";
import { bodyOf, repeatFaults } from "./repeat-faults.ts";
import { placeOf, settleResult } from "./settle-result.ts";
import { settleWait } from "./settle-wait.ts";
import type { Steps } from "./steps.ts";
import type { ToolHost } from "./tool-host.ts";

export async function callRepeatable(
  host: ToolHost,
  request: ToolRequest,
  steps: Steps,
): Promise<ToolResponse> {
  const ended = await repeatFaults(host, steps, "execute", (signal) =>
    executeOnce(host, request, signal),
  );
  return ended.outcome === "fault" || ended.outcome === "nothing"
    ? { ...timingOf(ended), ...gaveUp(host.tool, ended) }
    : ended;
}

async function executeOnce(host: ToolHost, request: ToolRequest, signal: AbortSignal) {
  const { tool } = host;
  const loaded = await loadCall(host, request);
  if ("outcome" in loaded) return loaded;
  const captured = request.precondition !== undefined || request.toolVersion !== undefined;
  const attempted = await attemptCall(
    host,
    {
      origin: request,
      operationId: request.operationId,
      idempotencyKey: sha256(request.operationId),
      authority: { verb: "execute", request, call: loaded },
      ...(captured
        ? { stillHolds: (context) => checkCaptured(host, request, loaded.input, context) }
        : {}),
      run: (context) => tool.execute(loaded.input, context),
    },
    signal,
  );
  return bodyOf(attempted, async (answer): Promise<ToolResult | ToolError | Waiting> => {
    if (answer.did === "failed") return errorBody(answer.code, answer.message);
    return isWaitFor(answer.value)
      ? settleWait(host, answer.value)
      : settleResult(tool.output, answer.value, placeOf(host, request));
  });
}
