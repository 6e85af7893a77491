// Owns what the audit sink's way through the ingress is: a page of a task's log for the sink, and the
// question, right before an effect, whether the sink has that log. Outside of any journal.
import { connect, type ConnectionOpts, HttpCallError, rpc } from "@restatedev/restate-sdk-clients";
import type { EventsInput, EventsPage } from "../../contract/api.ts";
import { MAX_EVENTS_PAGE } from "../../contract/api.ts";
import type { AuditedTask, AuditGate, AuditPosition } from "../../contract/audit.ts";
import { AUDIT_SERVICE, auditKey } from "../../contract/audit.ts";
import type { ErrorCode } from "../../contract/errors.ts";

interface Asked<I> {
  readonly service: string;
  readonly key: string;
  readonly handler: string;
  readonly parameter: I;
  readonly signal: AbortSignal;
}

/** A page of a task's log; undefined when there is no such task. Rejects when nobody answers. */
export function createPageReader(
  ingress: ConnectionOpts,
): (task: AuditedTask, after: number, signal: AbortSignal) => Promise<EventsPage | undefined> {
  return async ({ agent, taskId }, after, signal) => {
    const parameter: EventsInput = { after, limit: MAX_EVENTS_PAGE };
    const asked = { service: agent, key: taskId, handler: "events", parameter, signal };
    try {
      return await call<EventsInput, EventsPage>(ingress, asked);
    } catch (error) {
      if (error instanceof HttpCallError && isNoTask(error)) return undefined;
      throw withoutWords(error, asked);
    }
  };
}

export function createAuditFlush(ingress: ConnectionOpts): AuditGate["flush"] {
  return async (task, waitMs, signal) => {
    const late = AbortSignal.timeout(waitMs);
    const asked = {
      service: AUDIT_SERVICE,
      key: auditKey(task),
      handler: "flush",
      parameter: {},
      signal: AbortSignal.any([signal, late]),
    };
    try {
      return await call<object, AuditPosition>(ingress, asked);
    } catch (error) {
      signal.throwIfAborted();
      if (!late.aborted) throw withoutWords(error, asked);
      const behind = `the audit sink does not answer within ${waitMs} ms`;
      return { acknowledged: -1, behind, failures: 0 };
    }
  };
}

/** And not an agent that nobody serves for the moment. */
function isNoTask({ status, responseText }: HttpCallError): boolean {
  const code: ErrorCode = "task_not_found";
  return status === 404 && responseText.includes(`"${code}"`);
}

function call<I, O>(ingress: ConnectionOpts, { signal, ...target }: Asked<I>): Promise<O> {
  return connect(ingress).call<I, O>({ ...target, opts: rpc.opts<I, O>({ signal }) });
}

/** What the ingress says may hold what a user wrote. */
function withoutWords(error: unknown, { service, handler }: Asked<unknown>): Error {
  const status = error instanceof HttpCallError ? `answered ${error.status}` : "did not answer";
  return new Error(`the ingress ${status} to ${handler} of ${service}`);
}
