// Owns how a test speaks to one task: plain HTTP to Restate's ingress, as a user with curl
// would. What is said is the player's business.
import type { AskResult, EventsPage, StatusView, TurnAnswer } from "../../contract/api.ts";
import { MAX_EVENTS_PAGE } from "../../contract/api.ts";
import type { TaskEvent } from "../../contract/event.ts";
import type { TaskStatus } from "../../contract/status.ts";
import type { TestEngine } from "../support/restate.ts";

const ASK_MS = 10_000;

/** How a turn ended, and what the task's status was then. */
export interface TurnEnd {
  readonly status: TaskStatus;
  readonly turn: TurnAnswer;
}

/** What the player needs of a task. Every method may be repeated. */
export interface TaskClient {
  start(message: string): Promise<void>;
  send(messageId: string, message: string): Promise<void>;
  /** Waits for the end of the turn that a message began; START_MESSAGE_ID is `start`'s. */
  turnOf(messageId: string, message: string): Promise<TurnEnd>;
}

/** A client that also looks at what is known of the task afterwards. */
export interface IngressClient extends TaskClient {
  status(): Promise<StatusView>;
  /** The whole task log. */
  log(): Promise<readonly TaskEvent[]>;
}

/** Speaks to a task through the ingress; rejects when a turn takes longer than the deadline. */
export function ingressClient(
  engine: Pick<TestEngine, "call">,
  agent: string,
  taskId: string,
  turnDeadlineMs: number,
): IngressClient {
  async function post(handler: string, body?: unknown): Promise<unknown> {
    const path = `${agent}/${encodeURIComponent(taskId)}/${handler}`;
    const answer = await engine.call(path, body);
    if (answer.status === 200) return answer.body;
    throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }

  async function turnOf(messageId: string, message: string): Promise<TurnEnd> {
    const deadline = Date.now() + turnDeadlineMs;
    for (;;) {
      const body = { messageId, message, timeoutMs: ASK_MS };
      const { status, turn } = (await post("ask", body)) as AskResult;
      if (turn !== undefined) return { status, turn };
      if (Date.now() > deadline) throw new Error(`${taskId}: ${messageId}'s turn did not end`);
    }
  }

  async function log(): Promise<readonly TaskEvent[]> {
    const events: TaskEvent[] = [];
    for (let after = -1; ;) {
      const page = (await post("events", { after, limit: MAX_EVENTS_PAGE })) as EventsPage;
      events.push(...page.events);
      if (!page.more) return events;
      after = page.cursor;
    }
  }

  return {
    start: async (message) => void (await post("start", { message })),
    send: async (messageId, message) => void (await post("send", { messageId, message })),
    turnOf,
    status: async () => (await post("status")) as StatusView,
    log,
  };
}
