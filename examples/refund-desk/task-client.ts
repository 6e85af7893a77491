// Owns the example's side of the public HTTP interface: plain requests to Restate's ingress, as
// any program or `curl` makes them. Rides out the moments in which the server is down.
import { setTimeout as sleep } from "node:timers/promises";
import type {
  ApprovalDecision,
  EventsInput,
  EventsPage,
  StartInput,
  StartResult,
  StatusView,
  TaskEvent,
} from "../../index.ts";

const AGENT = "refund-desk";
const POLL_MS = 200;
/** Polls get rarer up to this while nothing happens, in milliseconds: each one is an invocation. */
const IDLE_POLL_MS = 2000;

/** A call that waits for an approval, as `status` shows it. */
export interface WaitingCall {
  readonly tool: string;
  readonly arguments: unknown;
  readonly digest: string;
  readonly awakeableId: string;
}

export interface TaskClient {
  /** Of the task's handlers. */
  readonly url: string;
  start(input: StartInput): Promise<StartResult>;
  status(): Promise<StatusView>;
  approve(call: WaitingCall): Promise<void>;
  /** All events after a position, as they happen, some at a time, until the signal is aborted. */
  follow(after: number, until: AbortSignal): AsyncGenerator<readonly TaskEvent[], void>;
}

export function taskClient(ingressUrl: string, taskId: string, signal: AbortSignal): TaskClient {
  const url = `${ingressUrl}/restate/call/${AGENT}/${encodeURIComponent(taskId)}`;
  const ask = async <T>(to: string, body?: unknown) => (await post(to, body, signal)) as T;
  const events = (after: number) => {
    const input: Partial<EventsInput> = { after };
    return ask<EventsPage>(`${url}/events`, input);
  };
  return {
    url,
    start: (input) => ask<StartResult>(`${url}/start`, input),
    status: () => ask<StatusView>(`${url}/status`),
    approve: ({ awakeableId, digest }) => {
      const decision: ApprovalDecision = { decision: "approve", digest, by: "refund-desk example" };
      return ask<void>(awakeableUrl(ingressUrl, awakeableId), decision);
    },
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

export function awakeableUrl(ingressUrl: string, awakeableId: string): string {
  return `${ingressUrl}/restate/awakeables/${awakeableId}/resolve`;
}

export function waitingCalls({ operations }: StatusView): readonly WaitingCall[] {
  return operations.flatMap(({ tool, proposal }) =>
    proposal === undefined
      ? []
      : [
          {
            tool,
            arguments: proposal.arguments,
            digest: proposal.digest,
            awakeableId: proposal.awakeableId,
          },
        ],
  );
}

/**
 * Posts until somebody answers. All that is posted here may be repeated: reads, `start`, and a
 * decision, of which the first one holds.
 */
async function post(url: string, body: unknown, signal: AbortSignal): Promise<unknown> {
  for (;;) {
    const answer = await tryPost(url, body, signal);
    if (answer !== undefined) return answer;
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** Undefined when the server is not there, or not ready. */
async function tryPost(url: string, body: unknown, signal: AbortSignal): Promise<unknown> {
  const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const request = { method: "POST", signal, ...(body === undefined ? {} : json) };
  try {
    const response = await fetch(url, request);
    const text = await response.text();
    if (response.ok) return text === "" ? null : JSON.parse(text);
    const ours = response.headers.get("x-restate-error-source") === "invocation";
    if (response.status < 500 || ours)
      throw new Error(`${url} answered ${response.status}: ${text}`);
  } catch (error) {
    // What fetch rejects with when a connection broke or was refused.
    if (!(error instanceof TypeError)) throw error;
  }
  return undefined;
}
