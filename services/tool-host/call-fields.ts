// Owns by which ids a tool's log lines are found: of the task, the step, the operation and the invocation.
import type { CallOrigin } from "../../contract/effect-port.ts";
import type { ToolLogger } from "../../contract/tool.ts";
import { stepOf } from "../../core/step-of.ts";

/** An operation that is only proposed has no id yet, and no step. */
export function callFields({ taskId, taskUid, tool }: CallOrigin, operationId: string | undefined) {
  if (operationId === undefined) return { tool, taskId, taskUid };
  return { tool, taskId, taskUid, step: stepOf(taskUid, operationId), operationId };
}

/** Says in each line which invocation it is of. */
export function invocationLogger(logger: ToolLogger, invocationId: string): ToolLogger {
  return {
    info: (fields, message) => logger.info({ ...fields, invocationId }, message),
    warn: (fields, message) => logger.warn({ ...fields, invocationId }, message),
    error: (fields, message) => logger.error({ ...fields, invocationId }, message),
  };
}
