// Owns the example's side of a task's public HTTP interface.
import { setTimeout as sleep } from "node:timers/promises";
import type {
  EventsInput,
  EventsPage,
  OperationView,
  RetryInput,
  RetryResult,
  StartInput,
  StartResult,
  StatusView,
  TaskEvent,
} from "../../index.ts";
import { ask } from "./ingress.ts";

const AGENT = "refund-desk";
const POLL_MS = 200;
/** Polls get rarer up to this while nothing happens, in milliseconds: each one is an invocation. */
const IDLE_POLL_MS = 2000;

/** A call that waits for an approval, as `status` shows it. */
export interface WaitingCall extends NonNullable<OperationView["proposal"]> {
  readonly tool: string;
}

export interface TaskClient {
  /** Of the task's handlers. */
  readonly url: string;
  start(input: StartInput): Promise<StartResult>;
  status(): Promise<StatusView>;
  retry(input: RetryInput): Promise<RetryResult>;
  /** All events after a position, as they happen, some at a time, until the signal is aborted. */
  follow(after: number, until: AbortSignal): AsyncGenerator<readonly TaskEvent[], void>;
}

export function taskClient(ingressUrl: string, taskId: string, signal: AbortSignal): TaskClient {
  const url = `${ingressUrl}/restate/call/${AGENT}/${encodeURIComponent(taskId)}`;
  const events = (after: number) => {
    const input: Partial<EventsInput> = { after };
    return ask<EventsPage>(`${url}/events`, input, signal);
  };
  return {
    url,
    start: (input) => ask<StartResult>(`${url}/start`, input, signal),
    status: () => ask<StatusView>(`${url}/status`, undefined, signal),
    retry: (input) => ask<RetryResult>(`${url}/retry`, input, signal),
    follow: async function* follow(after, until) {
      let position = after;
      let pause = POLL_MS;
      while (!until.aborted) {
        const page = await events(position);
        position = page.cursor;
        pause = page.events.length > 0 ? POLL_MS : Math.min(IDLE_POLL_MS, pause * 1.2);
        if (page.events.length > 0) yield page.events;
        if (!page.more) await sleep(pause, undefined, { signal: until });
      }
    },
  };
}

export function waitingCalls({ operations }: StatusView): readonly WaitingCall[] {
  return operations.flatMap(({ tool, proposal }) =>
    proposal === undefined ? [] : [{ tool, ...proposal }],
  );
}
