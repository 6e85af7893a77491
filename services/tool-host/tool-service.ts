// Owns the Restate service of one tool, `tools.<name>`: attempts, the pauses between them, and
// the wake of a task that has stopped waiting. What one attempt does is in attempt-tool.ts.
import {
  type Context,
  type Serde,
  serde,
  service,
  type ServiceDefinition,
  TerminalError,
} from "@restatedev/restate-sdk";
import type { ArtifactStore } from "../../contract/artifact.ts";
import { COMMAND_VERSION, type Wake } from "../../contract/command.ts";
import { ERROR_STATUS } from "../../contract/errors.ts";
import { toolServiceName } from "../../contract/ids.ts";
import {
  type AnyTool,
  TOOL_RETENTION_MS,
  type ToolLogger,
  type ToolRequest,
  type ToolResponse,
} from "../../contract/tool.ts";
import { attemptTool } from "./attempt-tool.ts";
import { gaveUp } from "./gave-up.ts";
import { pauseAfter } from "./retry-pause.ts";

export interface ToolServiceOptions {
  readonly tool: AnyTool;
  readonly artifacts: ArtifactStore;
  /** Results above this many bytes go to the artifact store. */
  readonly inlineLimitBytes: number;
  readonly logger: ToolLogger;
  /** Milliseconds since the epoch; the worker's clock by default. */
  readonly now?: () => number;
}

interface ToolHandlers {
  execute(ctx: Context, request: ToolRequest): Promise<ToolResponse>;
}

// Beside the tool's own bound there is the reading of large arguments and the writing of a
// large result. Restate must not cut an attempt off before the tool's timeout did (F11).
const STORE_MARGIN_MS = 60_000;
// For whoever looks at what went wrong; the answer itself is kept for TOOL_RETENTION_MS.
const JOURNAL_RETENTION_MS = 60 * 60 * 1000;

export function createToolService(
  options: ToolServiceOptions,
): ServiceDefinition<string, ToolHandlers> {
  const { tool } = options;
  const host = { now: Date.now, ...options };

  async function execute(ctx: Context, request: ToolRequest): Promise<ToolResponse> {
    refuseNewer(request);
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await ctx.run("execute", () =>
        attemptTool(host, request, ctx.request().attemptCompletedSignal),
      );
      if (outcome.outcome !== "fault" || attempt >= tool.retry.maxAttempts) {
        wakeIfLate(ctx, request, outcome.startedAt + outcome.durationMs);
        return outcome.outcome === "fault" ? gaveUp(tool, outcome) : outcome;
      }
      await ctx.sleep(pauseAfter(attempt, tool.retry), "pause-before-retry");
    }
  }

  return service({
    name: toolServiceName(tool.name),
    description: tool.description,
    metadata: { version: tool.version, effect: tool.effect },
    handlers: { execute },
    options: {
      ingressPrivate: true,
      idempotencyRetention: TOOL_RETENTION_MS,
      journalRetention: JOURNAL_RETENTION_MS,
      inactivityTimeout: tool.timeoutMs + STORE_MARGIN_MS,
      abortTimeout: STORE_MARGIN_MS,
      // Of crashes and of a store that is down, which an outage of any length must not use up
      // (F24). Faults of the tool are counted above.
      retryPolicy: {
        initialInterval: 200,
        maxInterval: 5000,
        maxAttempts: Number.MAX_SAFE_INTEGER,
      },
    },
  });
}

function refuseNewer(request: { readonly v: number }): void {
  if (request.v === 1) return;
  throw new TerminalError(`This tool's service cannot read a request of version ${request.v}.`, {
    errorCode: ERROR_STATUS.state_too_new,
    metadata: { code: "state_too_new" },
  });
}

/** Sent as the last thing, when the segment that issued the operation has parked the task. */
function wakeIfLate(ctx: Context, request: ToolRequest, endedAt: number): void {
  // From the journaled outcome, so that a replay decides the same.
  if (endedAt - request.issuedAt <= request.wakeAfterMs) return;
  const wake: Wake = {
    v: COMMAND_VERSION,
    type: "tool-done",
    operationId: request.operationId,
  };
  ctx.genericSend({
    service: request.agent,
    method: "wake",
    key: request.taskId,
    parameter: wake,
    inputSerde: serde.json as Serde<Wake>,
  });
}
