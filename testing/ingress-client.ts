// Owns how a test speaks to one task on a server: plain HTTP to Restate's ingress, as a user with
// curl would. Waits in real time.
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type {
  AskResult,
  CancelResult,
  EventsPage,
  SendResult,
  StartResult,
  StatusView,
} from "../contract/api.ts";
import { DEFAULT_ASK_TIMEOUT_MS, MAX_EVENTS_PAGE } from "../contract/api.ts";
import type { ClaimResult, ReleaseResult } from "../contract/approval-claim.ts";
import { APPROVAL_SERVICE } from "../contract/approval.ts";
import type { ControlResult } from "../contract/control.ts";
import { CONTROL_SERVICE } from "../contract/control.ts";
import type {
  DropResult,
  GrantResult,
  RetryResult,
  RollbackResult,
  SettleResult,
} from "../contract/effect-api.ts";
import type { EraseResult, PreserveResult } from "../contract/erasure.ts";
import type { ErrorCode } from "../contract/errors.ts";
import type { TaskEvent } from "../contract/event.ts";
import type { Explanation } from "../contract/explanation.ts";
import type { PublishResult } from "../contract/inbox.ts";
import { EVENTS_SERVICE } from "../contract/inbox.ts";
import type { AnswerResult, WithdrawOperationResult } from "../contract/wait-api.ts";
import type { FlagResult } from "../contract/watch.ts";
import type { TaskClient } from "./task-client.ts";
import { bodyOf, DEFAULT_WITHIN_MS, notReached, proposalOf } from "./task-client.ts";
import { taskProblem } from "./task-problem.ts";

export interface IngressTarget {
  /** Restate's HTTP front, such as http://127.0.0.1:8080. */
  readonly ingressUrl: string;
  /** The agent's name. */
  readonly agent: string;
  readonly taskId: string;
}

const POLL_MS = 25;

/** Every method may be repeated. A call waits while no worker is there to answer it. */
export function connectTask({ ingressUrl, agent, taskId }: IngressTarget): TaskClient {
  const path = `restate/call/${agent}/${encodeURIComponent(taskId)}`;
  const call = async <T>(handler: string, body?: unknown): Promise<T> =>
    (await post(ingressUrl, `${path}/${handler}`, body)) as T;
  const status = () => call<StatusView>("status");
  const named = { agent, taskId };

  return {
    taskId,
    start: (message, options = {}) => call<StartResult>("start", { message, ...options }),
    send: (message, { messageId = newId(), from, mode } = {}) =>
      call<SendResult>("send", { message, messageId, from, mode }),
    ask: (message, { messageId = newId(), timeoutMs = DEFAULT_ASK_TIMEOUT_MS, ...options } = {}) =>
      call<AskResult>("ask", { message, messageId, timeoutMs, ...options }),
    status,
    explain: () => call<Explanation>("explain"),
    flag: (bounds = {}) => call<FlagResult>("flag", bounds),
    events: async () => {
      const events: TaskEvent[] = [];
      for (let after = -1; ;) {
        const page = await call<EventsPage>("events", { after, limit: MAX_EVENTS_PAGE });
        events.push(...page.events);
        if (!page.more) return events;
        after = page.cursor;
      }
    },
    decide: async (decision) => {
      const open = proposalOf(await status(), decision);
      const { byAwakeable, body } = bodyOf(decision, open);
      const awakeable = `restate/awakeables/${open.awakeableId}/resolve`;
      const approval = approvalPath(open.approvalId, "decide");
      await post(ingressUrl, byAwakeable ? awakeable : approval, body);
    },
    ...claimClient(ingressUrl, status),
    publish: async (event) =>
      (await post(ingressUrl, `restate/call/${EVENTS_SERVICE}/publish`, event)) as PublishResult,
    answer: (input) => call<AnswerResult>("answer", input),
    withdraw: (input) => call<WithdrawOperationResult>("withdraw", input),
    cancel: (input) => call<CancelResult>("cancel", input),
    settle: (input) => call<SettleResult>("settle", input),
    retry: (input) => call<RetryResult>("retry", input),
    drop: (input) => call<DropResult>("drop", input),
    grant: (input) => call<GrantResult>("grant", input),
    control: ({ verb, ...input }) => call<ControlResult>(verb, input),
    rollback: (input) => call<RollbackResult>("rollback", input),
    erase: (input) => onControl<EraseResult>(ingressUrl, "erase", { ...input, ...named }),
    preserve: (input) => onControl<PreserveResult>(ingressUrl, "preserve", { ...input, ...named }),
    until: async (wanted, { withinMs = DEFAULT_WITHIN_MS } = {}) => {
      const statuses: readonly string[] = typeof wanted === "string" ? [wanted] : wanted;
      const deadline = Date.now() + withinMs;
      for (;;) {
        const view = await status();
        if (statuses.includes(view.status)) return view;
        if (Date.now() > deadline) throw notReached(view, statuses);
        await delay(POLL_MS);
      }
    },
  };
}

/** Of the one call that waits for a decision. */
function claimClient(
  ingressUrl: string,
  status: () => Promise<StatusView>,
): Pick<TaskClient, "claim" | "release"> {
  const tell = async (handler: string, body: object): Promise<unknown> => {
    const { approvalId } = proposalOf(await status(), {});
    return post(ingressUrl, approvalPath(approvalId, handler), body);
  };
  return {
    claim: async (input) => (await tell("claim", input)) as ClaimResult,
    release: async (input) => (await tell("release", input)) as ReleaseResult,
  };
}

function approvalPath(approvalId: string, handler: string): string {
  return `restate/call/${APPROVAL_SERVICE}/${approvalId}/${handler}`;
}

async function onControl<T>(base: string, handler: string, body: object): Promise<T> {
  return (await post(base, `restate/call/${CONTROL_SERVICE}/${handler}`, body)) as T;
}

async function post(base: string, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(new URL(path, `${base}/`), {
    method: "POST",
    // The ingress refuses a JSON body that is empty.
    ...(body === undefined
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (response.ok) return text === "" ? undefined : (JSON.parse(text) as unknown);
  throw refused(path, response.status, text);
}

function refused(path: string, status: number, text: string): Error {
  try {
    const { message, metadata } = JSON.parse(text) as {
      message?: string;
      metadata?: { code?: ErrorCode };
    };
    return taskProblem(metadata?.code ?? "unknown", message ?? `${path} answered ${status}`);
  } catch {
    return taskProblem("unknown", `${path} answered ${status}`);
  }
}

function newId(): string {
  return `message-${randomUUID()}`;
}
