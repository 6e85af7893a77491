// Owns one attempt of one operation: arguments in, `execute` within its bounds, and the
// judgement of what came out. Knows nothing of Restate; runs inside the action `execute`.
import type { ArtifactStore, StoredText } from "../../contract/artifact.ts";
import type {
  AnyTool,
  ToolContext,
  ToolLogger,
  ToolRequest,
  ToolResponse,
} from "../../contract/tool.ts";
import { digestOf, sha256 } from "../../core/digest.ts";
import { isToolFailure } from "../../tools/tool-failure.ts";
import { errorBody, type ErrorBody } from "./error-body.ts";
import { describeFault } from "./fault.ts";
import { settleResult } from "./settle-result.ts";
import { verdictOf } from "./verdict.ts";
import { withTimeout } from "./with-timeout.ts";

export interface ToolHost {
  readonly tool: AnyTool;
  readonly artifacts: ArtifactStore;
  readonly inlineLimitBytes: number;
  readonly logger: ToolLogger;
  readonly now: () => number;
}

/**
 * `execute` failed in a way that neither is a result nor a `toolFailure`. It is a value, so
 * that it is counted exactly: Restate's own count also grows with every crash of the worker
 * and every second of an outage. Names the kind of error and never its text, which may hold
 * a secret.
 */
export interface Fault extends Pick<
  ToolResponse,
  "v" | "toolVersion" | "startedAt" | "durationMs"
> {
  readonly outcome: "fault";
  readonly reason: string;
}

/**
 * Rejects when the artifact store does, which says nothing about the tool: the engine then
 * makes the attempt again, for as long as it takes. And when the attempt is over.
 */
export async function attemptTool(
  host: ToolHost,
  request: ToolRequest,
  attemptSignal: AbortSignal,
): Promise<ToolResponse | Fault> {
  const startedAt = host.now();
  const body = await outcomeOf(host, request, attemptSignal);
  const durationMs = Math.max(0, host.now() - startedAt);
  return { v: 1, toolVersion: host.tool.version, startedAt, durationMs, ...body };
}

async function outcomeOf(host: ToolHost, request: ToolRequest, attemptSignal: AbortSignal) {
  const given = parseArguments(
    await textOf(request.arguments, host.artifacts),
    request.argumentsDigest,
  );
  if ("outcome" in given) return given;
  const executed = await executeOnce(host, request, attemptSignal, given.value);
  return executed.outcome === "value" ? settleResult(executed.value, host) : executed;
}

async function textOf(stored: StoredText, artifacts: ArtifactStore): Promise<string> {
  if ("text" in stored) return stored.text;
  return new TextDecoder().decode(await artifacts.get(stored.artifact));
}

/** What was approved and recorded is a digest; what runs must be that and nothing else. */
function parseArguments(text: string, digest: string): { readonly value: unknown } | ErrorBody {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return errorBody("invalid_arguments", "The arguments are not JSON.");
  }
  if (digestOf(value) === digest) return { value };
  return errorBody(
    "arguments_mismatch",
    "The arguments are not the ones that were recorded, so the tool was not run.",
  );
}

type Executed =
  | { readonly outcome: "value"; readonly value: unknown }
  | { readonly outcome: "fault"; readonly reason: string }
  | ErrorBody;

async function executeOnce(
  { tool, logger }: ToolHost,
  request: ToolRequest,
  attemptSignal: AbortSignal,
  given: unknown,
): Promise<Executed> {
  const fields = { tool: tool.name, operationId: request.operationId, taskId: request.taskId };
  const fault = (reason: string, at: readonly string[]): Executed => {
    logger.warn({ ...fields, reason, at }, "an attempt of a tool failed");
    return { outcome: "fault", reason };
  };
  try {
    const input = await verdictOf(tool.input, given);
    if (!input.valid)
      return errorBody("invalid_arguments", `The arguments are wrong ${input.problem}`);
    const context = contextOf(request, logger, fields);
    const returned = await withTimeout(tool.timeoutMs, attemptSignal, (signal) =>
      tool.execute(input.value, { ...context, signal }),
    );
    if (returned.timedOut) return fault(`it timed out after ${tool.timeoutMs} ms`, []);
    const output = await verdictOf(tool.output, returned.value);
    if (output.valid) return { outcome: "value", value: output.value };
    return errorBody("invalid_output", `The tool ran, but its result is wrong ${output.problem}`);
  } catch (error) {
    if (isToolFailure(error)) return errorBody(error.code, error.message);
    // Nobody waits for an attempt that is over.
    attemptSignal.throwIfAborted();
    const { name, at } = describeFault(error);
    return fault(name, at);
  }
}

function contextOf(
  request: ToolRequest,
  logger: ToolLogger,
  fields: Record<string, unknown>,
): Omit<ToolContext, "signal"> {
  return {
    idempotencyKey: sha256(request.operationId),
    taskId: request.taskId,
    taskUid: request.taskUid,
    agent: request.agent,
    logger: {
      info: (more, message) => logger.info({ ...more, ...fields }, message),
      warn: (more, message) => logger.warn({ ...more, ...fields }, message),
      error: (more, message) => logger.error({ ...more, ...fields }, message),
    },
  };
}
