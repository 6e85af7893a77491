// Owns what an author's code is given besides its input.
import type { CallOrigin } from "../../contract/effect-port.ts";
import type { ToolContext } from "../../contract/tool.ts";
import type { AttemptCredentials } from "./attempt-credentials.ts";
import { callFields } from "./call-fields.ts";
import type { EffectGate } from "./effect-gate.ts";
import { redactingLogger } from "./redacting-logger.ts";
import type { ToolHost } from "./tool-host.ts";

/** Whose code it is, for whom, and under which key. */
export interface ContextOf {
  readonly origin: CallOrigin;
  /** Absent where a call is only proposed. */
  readonly operationId?: string;
  readonly idempotencyKey: string;
}

export function createToolContext(
  host: ToolHost,
  { origin, operationId, idempotencyKey }: ContextOf,
  gate: EffectGate,
  credentials: AttemptCredentials,
  signal: AbortSignal,
): ToolContext {
  const logger = redactingLogger(host.logger, credentials.redactor);
  const { taskId, taskUid, agent } = origin;
  const fields = callFields(origin, operationId);
  const beginEffect = () => gate.begin(signal);
  return {
    signal,
    idempotencyKey,
    taskId,
    taskUid,
    agent,
    logger: {
      info: (more, message) => logger.info({ ...more, ...fields }, message),
      warn: (more, message) => logger.warn({ ...more, ...fields }, message),
      error: (more, message) => logger.error({ ...more, ...fields }, message),
    },
    beginEffect,
    fetch: async (resource, init) => {
      await beginEffect();
      const own = init?.signal ?? (resource instanceof Request ? resource.signal : undefined);
      const either = own === undefined ? signal : AbortSignal.any([signal, own]);
      return globalThis.fetch(resource, { ...init, signal: either });
    },
    credential: (name) => credentials.get(name, signal),
    artifacts: artifactsFor(host, origin, credentials),
  };
}

/** An artifact is kept for ever, and nothing can be taken out of it (F39). */
function artifactsFor(
  { artifacts }: ToolHost,
  { tenant }: CallOrigin,
  { redactor }: AttemptCredentials,
): ToolContext["artifacts"] {
  const own = artifacts.ofTenant(tenant);
  return {
    find: own.find,
    get: own.get,
    put: async (bytes, mediaType) => {
      if (redactor.holds(bytes)) throw new Error("the artifact holds a credential; leave it out");
      return own.put(bytes, mediaType);
    },
  };
}
