// Owns what a worker asks of agent objects through the ingress, outside of any journal: the
// log that the action `model-call` loads its context from (L6), `recover` (L5), and what the
// task is and may do right before an effect (L8).
import type { Archived } from "../../contract/archive.ts";
import type { EventsInput, EventsPage } from "../../contract/api.ts";
import type { RecoverInput } from "../../contract/recover.ts";
import type { AuthorityInput, AuthorityView } from "../../contract/effect-api.ts";
import { MAX_EVENTS_PAGE } from "../../contract/api.ts";
import { connect, type ConnectionOpts, HttpCallError, rpc } from "@restatedev/restate-sdk-clients";
import type { ReadLog } from "../../contract/port.ts";
import { CONTROL_SERVICE } from "../../contract/control.ts";
import type { ExpireInput, ExpireResult } from "../../contract/retention.ts";
import type { SucceedResult } from "../../contract/control.ts";
import { MISSING_KEY } from "../../contract/readable.ts";
import type { StuckBounds } from "../../contract/watch.ts";

/** How long one call may take, in milliseconds. */
const TIMEOUT_MS = 30_000;

interface Task {
  readonly agent: string;
  readonly taskId: string;
}

/** Rejects with a plain Error when the ingress does not answer, which makes the action retry. */
export function createIngressLog(
  ingress: ConnectionOpts,
): (...asked: [...Parameters<ReadLog>, signal?: AbortSignal]) => ReturnType<ReadLog> {
  return async (task, after, before, signal) => {
    const range = { after, ...(before === undefined ? {} : { before }), limit: MAX_EVENTS_PAGE };
    const page = await call<EventsInput, EventsPage>(ingress, task, "events", range, signal);
    return { events: page.events, more: page.more };
  };
}

/** The agent object's `recover`. */
export function recoverTask(
  ingress: ConnectionOpts,
): (task: Task, input: RecoverInput) => Promise<void> {
  return async (task, input) => {
    await call(ingress, task, "recover", input);
  };
}

/** The agent object's `flag`. */
export function flagTask(
  ingress: ConnectionOpts,
): (task: Task, bounds: StuckBounds) => Promise<void> {
  return async (task, bounds) => {
    await call(ingress, task, "flag", bounds);
  };
}

/** The agent object's `archive`. */
export function archiveTask(ingress: ConnectionOpts): (task: Task) => Promise<Archived> {
  return (task) => call<object, Archived>(ingress, task, "archive", {});
}

/** `expire` of the control service. */
export function expireTask(ingress: ConnectionOpts): (task: Task) => Promise<ExpireResult> {
  return async (task) => {
    try {
      return await connect(ingress).call<ExpireInput, ExpireResult>({
        service: CONTROL_SERVICE,
        handler: "expire",
        parameter: task,
        opts: rpc.opts<ExpireInput, ExpireResult>({ signal: AbortSignal.timeout(TIMEOUT_MS) }),
      });
    } catch (error) {
      const status = error instanceof HttpCallError ? `answered ${error.status}` : "did not answer";
      // As of `call`: no cause, since it may name the task.
      // oxlint-disable-next-line preserve-caught-error
      throw new Error(`the ingress ${status} to expire of agent ${task.agent}`);
    }
  };
}

/** The agent object's `succeed`. */
export function succeedTask(ingress: ConnectionOpts): (task: Task) => Promise<SucceedResult> {
  return (task) => call<object, SucceedResult>(ingress, task, "succeed", {});
}

/** The agent object's `authority`. Rejects with a plain Error when nobody answers. */
export function createAuthorityReader(
  ingress: ConnectionOpts,
): (task: Task, operationId: string, signal: AbortSignal) => Promise<AuthorityView> {
  return (task, operationId, signal) =>
    call<AuthorityInput, AuthorityView>(ingress, task, "authority", { operationId }, signal);
}

async function call<I, O>(
  ingress: ConnectionOpts,
  { agent, taskId }: Task,
  method: string,
  parameter: I,
  signal?: AbortSignal,
): Promise<O> {
  const bound = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return await connect(ingress).call<I, O>({
      service: agent,
      key: taskId,
      handler: method,
      parameter,
      opts: rpc.opts<I, O>({
        signal: signal === undefined ? bound : AbortSignal.any([signal, bound]),
      }),
    });
  } catch (error) {
    signal?.throwIfAborted();
    // Names a key, and whoever looks after this worker has to know it.
    if (error instanceof Error && error.message.startsWith(MISSING_KEY)) throw error;
    // Neither the task id nor what the ingress says of it, so no cause either: all of them may
    // hold what a user wrote.
    const status = error instanceof HttpCallError ? `answered ${error.status}` : "did not answer";
    // oxlint-disable-next-line preserve-caught-error
    throw new Error(`the ingress ${status} to ${method} of agent ${agent}`);
  }
}
