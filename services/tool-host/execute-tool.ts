// Owns the verb `execute`: a call that may be repeated, or an effect.
import type { ToolRequest, ToolResponse, ToolResult } from "../../contract/tool.ts";
import type { Waiting } from "../../contract/wait.ts";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";
import { isWaitFor } from "../../tools/wait-for.ts";
import { callRepeatable } from "./call-repeatable.ts";
import { checkCaptured } from "./check-captured.ts";
import type { Effect } from "./effect.ts";
import { loadCall } from "./load-call.ts";
import { runEffect } from "./run-effect.ts";
import { placeOf, sizeResult } from "./settle-result.ts";
import { settleWait } from "./settle-wait.ts";
import type { Steps } from "./steps.ts";
import type { ToolHost } from "./tool-host.ts";
import { placeKept, placeOrKeep, type Unstored } from "./unstored.ts";

/** Answers always; rejects only when the invocation was cancelled or killed. */
export function executeTool(
  host: ToolHost,
  request: ToolRequest,
  steps: Steps,
): Promise<ToolResponse> {
  return EFFECT_POLICY[host.tool.effect].needsKey
    ? runEffect(host, executionOf(host, request), steps)
    : callRepeatable(host, request, steps);
}

function executionOf(host: ToolHost, request: ToolRequest): Effect<ToolResult | Waiting, Unstored> {
  const { tool } = host;
  return {
    verb: "execute",
    request,
    operationId: request.operationId,
    load: () => loadCall(host, request),
    stillHolds: ({ input }, context) => checkCaptured(host, request, input, context),
    run: ({ input }, context) => tool.execute(input, context),
    async settle(value) {
      if (isWaitFor(value)) return settleWait(host, value);
      const sized = await sizeResult(tool.output, value);
      return "outcome" in sized ? sized : placeOrKeep(sized, placeOf(host, request));
    },
    placeKept: (kept) => placeKept(kept, placeOf(host, request)),
  };
}
