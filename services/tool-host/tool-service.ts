// Owns the Restate service of one tool, `tools.<name>`: its four verbs as handlers, and the wake
// of a task that has stopped waiting. What each verb does is in a file of its own.
import { type Context, service, type ServiceDefinition } from "@restatedev/restate-sdk";
import { COMMAND_VERSION, type Wake } from "../../contract/command.ts";
import { toolServiceName } from "../../contract/ids.ts";
import { SETTLES_METADATA } from "../../contract/stop.ts";
import {
  type CompensateRequest,
  type CompensateResponse,
  type ProposeRequest,
  type ProposeResponse,
  type ReconcileRequest,
  type ReconcileResponse,
  TOOL_RETENTION_MS,
  type ToolRequest,
  type ToolResponse,
} from "../../contract/tool.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { problem } from "../../handler/problem.ts";
import { RETRY_OUTSIDE_FOREVER } from "../../handler/retry.ts";
import { invocationLogger } from "./call-fields.ts";
import { compensateEffect } from "./compensate-effect.ts";
import { executeTool } from "./execute-tool.ts";
import type { Timing } from "./outcome.ts";
import { proposeCall } from "./propose-call.ts";
import { reconcileEffect } from "./reconcile-effect.ts";
import { restateSteps, type Steps } from "./steps.ts";
import { createToolHost, type ToolHost, type ToolHostOptions } from "./tool-host.ts";

interface ToolHandlers {
  execute(ctx: Context, request: ToolRequest): Promise<ToolResponse>;
  reconcile(ctx: Context, request: ReconcileRequest): Promise<ReconcileResponse>;
  compensate(ctx: Context, request: CompensateRequest): Promise<CompensateResponse>;
  propose(ctx: Context, request: ProposeRequest): Promise<ProposeResponse>;
}

// Beside the tool's own bound there is the reading of large arguments and the writing of a
// large result. Restate must not cut an attempt off before the tool's timeout did (F11).
const STORE_MARGIN_MS = 60_000;
// For whoever looks at what went wrong; the answer itself is kept for TOOL_RETENTION_MS.
const JOURNAL_RETENTION_MS = 60 * 60 * 1000;

export function createToolService(
  options: ToolHostOptions,
): ServiceDefinition<string, ToolHandlers> {
  const { tool } = options;
  const host = createToolHost(options);
  return service({
    name: toolServiceName(tool.name),
    description: tool.description,
    metadata: {
      version: tool.version,
      effect: tool.effect,
      [SETTLES_METADATA]: String(tool.startDeadlineMs + tool.timeoutMs + host.marginMs),
    },
    handlers: {
      execute: operationVerb(host, executeTool),
      reconcile: operationVerb(host, reconcileEffect),
      compensate: operationVerb(host, compensateEffect),
      async propose(ctx: Context, request: ProposeRequest) {
        refuseNewer(request);
        const response = await proposeCall(hostIn(ctx, host), request, restateSteps(ctx));
        wakeIfLate(ctx, request, response.startedAt + response.durationMs);
        return response;
      },
    },
    options: {
      ingressPrivate: true,
      idempotencyRetention: TOOL_RETENTION_MS,
      journalRetention: JOURNAL_RETENTION_MS,
      inactivityTimeout: tool.timeoutMs + STORE_MARGIN_MS,
      abortTimeout: STORE_MARGIN_MS,
      // Of crashes and of a store that is down, which an outage of any length must not use up
      // (F24). Faults of the tool are counted by the verbs.
      retryPolicy: RETRY_OUTSIDE_FOREVER,
    },
  });
}

function hostIn(ctx: Context, host: ToolHost): ToolHost {
  return { ...host, logger: invocationLogger(host.logger, ctx.request().id) };
}

/** A handler on an operation of a task, which is woken when the answer is late. */
function operationVerb<Request extends ToolRequest, Response extends Timing>(
  host: ToolHost,
  verb: (host: ToolHost, request: Request, steps: Steps) => Promise<Response>,
): (ctx: Context, request: Request) => Promise<Response> {
  return async (ctx, request) => {
    refuseNewer(request);
    const response = await verb(hostIn(ctx, host), request, restateSteps(ctx));
    wakeIfLate(ctx, request, response.startedAt + response.durationMs);
    return response;
  };
}

function refuseNewer(request: { readonly v: number }): void {
  if (request.v === 1) return;
  throw problem(
    "state_too_new",
    `This tool's service cannot read a request of version ${request.v}.`,
  );
}

type Waiting = Partial<Pick<ToolRequest, "operationId" | "issuedAt" | "wakeAfterMs">> &
  Pick<ToolRequest, "agent" | "taskId">;

function isLate({ issuedAt, wakeAfterMs }: Waiting, endedAt: number): boolean {
  if (issuedAt === undefined || wakeAfterMs === undefined) return false;
  return endedAt - issuedAt > wakeAfterMs;
}

/** Sent as the last thing, when the segment that issued the operation has parked the task. */
function wakeIfLate(ctx: Context, request: Waiting, endedAt: number): void {
  const { operationId } = request;
  // From the journaled outcome, so that a replay decides the same.
  if (operationId === undefined || !isLate(request, endedAt)) return;
  const wake: Wake = {
    v: COMMAND_VERSION,
    type: "tool-done",
    operationId,
  };
  ctx.genericSend({
    service: request.agent,
    method: "wake",
    key: request.taskId,
    parameter: wake,
    inputSerde: jsonOf<Wake>(),
  });
}
