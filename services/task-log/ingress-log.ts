// Owns what a worker asks of agent objects through the ingress, outside of any journal: the
// log that the action `model-call` loads its context from (L6), and `recover` (L5).
import type { EventsInput, EventsPage, RecoverInput } from "../../contract/api.ts";
import { MAX_EVENTS_PAGE } from "../../contract/api.ts";
import { connect, HttpCallError, rpc } from "@restatedev/restate-sdk-clients";
import type { ReadLog } from "../../contract/port.ts";

/** How long one call may take, in milliseconds. */
const TIMEOUT_MS = 30_000;

interface Task {
  readonly agent: string;
  readonly taskId: string;
}

/** Rejects with a plain Error when the ingress does not answer, which makes the action retry. */
export function createIngressLog(ingressUrl: string): ReadLog {
  return async (task, after) => {
    const page = await call<EventsInput, EventsPage>(ingressUrl, task, "events", {
      after,
      limit: MAX_EVENTS_PAGE,
    });
    return { events: page.events, more: page.more };
  };
}

/** The agent object's `recover`. */
export function recoverTask(
  ingressUrl: string,
): (task: Task, input: RecoverInput) => Promise<void> {
  return async (task, input) => {
    await call(ingressUrl, task, "recover", input);
  };
}

async function call<I, O>(
  ingressUrl: string,
  { agent, taskId }: Task,
  method: string,
  parameter: I,
): Promise<O> {
  try {
    return await connect({ url: ingressUrl }).call<I, O>({
      service: agent,
      key: taskId,
      handler: method,
      parameter,
      opts: rpc.opts<I, O>({ timeout: TIMEOUT_MS }),
    });
  } catch (error) {
    // Neither the task id nor what the ingress says of it, so no cause either: all of them may
    // hold what a user wrote.
    const status = error instanceof HttpCallError ? `answered ${error.status}` : "did not answer";
    // oxlint-disable-next-line preserve-caught-error
    throw new Error(`the ingress ${status} to ${method} of agent ${agent}`);
  }
}
