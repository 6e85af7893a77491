// Owns how these tests speak to one task: plain HTTP to the ingress, as a user with curl would.
// Waits poll what the user can see, with a deadline.
import { expect, vi } from "vitest";
import type {
  ApprovalDecision,
  AskInput,
  AskResult,
  ContextView,
  EventsPage,
  OperationView,
  SendInput,
  SendResult,
  StartInput,
  StartResult,
  StatusView,
} from "../../../contract/api.ts";
import { MAX_EVENTS_PAGE } from "../../../contract/api.ts";
import type { EventData, EventType, TaskEvent } from "../../../contract/event.ts";
import type { TaskStatus } from "../../../contract/status.ts";
import type { IngressAnswer } from "../../support/ingress.ts";
import type { TestEngine } from "../../support/restate.ts";

export const PATIENCE = { timeout: 30_000, interval: 40 };

export interface Task {
  readonly agent: string;
  readonly id: string;
  /** Any handler with any body; errors are answers. */
  post(handler: string, body?: unknown): Promise<IngressAnswer>;
  start(message: StartInput["message"], owner?: string): Promise<StartResult>;
  send(message: SendInput["message"], messageId?: string): Promise<SendResult>;
  ask(input: AskInput): Promise<AskResult>;
  status(): Promise<StatusView>;
  context(): Promise<ContextView>;
  /** The whole task log. */
  log(): Promise<readonly TaskEvent[]>;
  /** Waits until the task has one of these statuses. */
  until(...statuses: readonly TaskStatus[]): Promise<StatusView>;
  /** Waits until the log has this many events of this type; resolves to their data. */
  logged<T extends EventType>(type: T, count?: number): Promise<readonly EventData[T][]>;
  /** Resolves an open approval's awakeable through the ingress, as an outside system does. */
  decide(
    operation: OperationView | undefined,
    decision: ApprovalDecision["decision"],
    more?: Partial<ApprovalDecision>,
  ): Promise<number>;
}

export function taskAt(engine: TestEngine, agent: string, id: string): Task {
  const post: Task["post"] = (handler, body) =>
    engine.call(`${agent}/${encodeURIComponent(id)}/${handler}`, body);
  const ok = async (handler: string, body?: unknown): Promise<unknown> => {
    const answer = await post(handler, body);
    if (answer.status === 200) return answer.body;
    throw new Error(`${handler} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  };
  const status = async () => (await ok("status")) as StatusView;
  const log = async (): Promise<TaskEvent[]> => {
    const events: TaskEvent[] = [];
    for (;;) {
      const body = { after: events.length - 1, limit: MAX_EVENTS_PAGE };
      const page = (await ok("events", body)) as EventsPage;
      events.push(...page.events);
      if (!page.more) return events;
      if (page.events.length === 0) throw new Error(`${agent}/${id}: an empty page, and more`);
    }
  };
  return {
    agent,
    id,
    post,
    start: async (message, owner) => (await ok("start", { message, owner })) as StartResult,
    send: async (message, messageId) => (await ok("send", { message, messageId })) as SendResult,
    ask: async (input) => (await ok("ask", input)) as AskResult,
    status,
    context: async () => (await ok("context", { limit: MAX_EVENTS_PAGE })) as ContextView,
    log,
    until: (...statuses) =>
      vi.waitFor(async () => {
        const view = await status();
        expect(statuses, `${agent}/${id}: ${JSON.stringify(view)}`).toContain(view.status);
        return view;
      }, PATIENCE),
    logged: (type, count = 1) =>
      vi.waitFor(async () => {
        const found = dataOf(await log(), type);
        expect(found.length, `${agent}/${id}: ${type}`).toBeGreaterThanOrEqual(count);
        return found;
      }, PATIENCE),
    async decide(operation, decision, more = {}) {
      const proposal = operation?.proposal;
      if (proposal === undefined) throw new Error("the operation waits for no decision");
      const { awakeableId, digest } = proposal;
      return resolveAwakeable(engine, awakeableId, JSON.stringify({ decision, digest, ...more }));
    },
  };
}

/** The data of all events of one type. */
export function dataOf<T extends EventType>(
  log: readonly TaskEvent[],
  type: T,
): readonly EventData[T][] {
  return log.flatMap((event) => (event.type === type ? [event.data as EventData[T]] : []));
}

/** Resolves or rejects any awakeable through the ingress; the answer's status. */
export async function resolveAwakeable(
  engine: TestEngine,
  awakeableId: string,
  body: string,
  verb: "resolve" | "reject" = "resolve",
): Promise<number> {
  const url = `${engine.ingressUrl}/restate/awakeables/${awakeableId}/${verb}`;
  return (await fetch(url, { method: "POST", body })).status;
}

/** The task's own invocations that have not completed, reads excepted: handler and status. */
export async function openInvocations(engine: TestEngine, task: Task): Promise<readonly string[]> {
  const rows = await engine.admin.query(
    `SELECT target_handler_name AS handler, status FROM sys_invocation
     WHERE target_service_name = '${task.agent}' AND target_service_key = '${task.id}'
     AND status != 'completed' AND target_handler_name NOT IN ('status', 'events', 'context')`,
  );
  return rows.map(({ handler, status }) => `${String(handler)} ${String(status)}`).toSorted();
}

/** Waits until these, sorted, are all of the task's own invocations that have not completed. */
export function restsWith(engine: TestEngine, task: Task, open: readonly string[]): Promise<void> {
  return vi.waitFor(
    async () => expect(await openInvocations(engine, task)).toEqual(open),
    PATIENCE,
  );
}

/** How many invocations of a service have not completed. */
export async function openCallsOf(engine: TestEngine, service: string): Promise<number> {
  const rows = await engine.admin.query(
    `SELECT id FROM sys_invocation WHERE target_service_name = '${service}' AND status != 'completed'`,
  );
  return rows.length;
}
