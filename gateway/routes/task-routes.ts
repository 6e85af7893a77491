// Owns the routes by which people work with one task: start it, talk to it, read it. The verbs of
// control are in verb-routes.ts.
import { z } from "zod";
import {
  DEFAULT_ASK_TIMEOUT_MS,
  askInputSchema,
  type AskResult,
  type ContextView,
  type EventsPage,
  MAX_EVENTS_PAGE,
  sendInputSchema,
  type SendResult,
  startInputSchema,
  type StartResult,
  type StatusView,
} from "../../contract/api.ts";
import { CONTROL_SERVICE } from "../../contract/control.ts";
import type { Explanation } from "../../contract/explanation.ts";
import { MAX_MESSAGE_BYTES } from "../../contract/message.ts";
import { answerInputSchema, type AnswerResult } from "../../contract/wait-api.ts";
import { messageIdSchema } from "../../contract/ids.ts";
import { listInvocations } from "../list/list-invocations.ts";
import { problem } from "../problem.ts";
import { TAKES } from "../roles.ts";
import { route, type RouteRequest } from "../route.ts";
import { type Body, without } from "../without.ts";
import { named, onTask, taskKey } from "./task-at.ts";

/** Where every route of one task is. */
export const TASK = "/v1/agents/:agent/tasks/:taskId";
/** Above what the caller waits for. */
const SLACK_MS = 15_000;

const pageSchema = z.strictObject({
  after: z.coerce.number().pipe(z.int().min(-1)).default(-1),
  limit: z.coerce.number().pipe(z.int().min(1).max(MAX_EVENTS_PAGE)).default(100),
});

/** `messageId`: the body's, or the header by which HTTP says the same. */
function messageIdOf({ body, header }: RouteRequest<Body>): object {
  const given = header("idempotency-key");
  if (given === undefined) return {};
  const parsed = messageIdSchema.safeParse(given);
  if (!parsed.success)
    throw problem("invalid_input", "the header Idempotency-Key is no message id");
  if (body["messageId"] !== undefined && body["messageId"] !== given)
    throw problem("invalid_input", "messageId and the header Idempotency-Key differ; give one");
  return { messageId: given };
}

const askTimeout = z.object({ timeoutMs: z.number().default(DEFAULT_ASK_TIMEOUT_MS) });

const talking = [
  route({
    name: "task.start",
    method: "POST",
    path: `${TASK}/start`,
    summary: "Makes the task, once for ever; the caller is its owner.",
    roles: TAKES.USERS,
    body: without(startInputSchema, "owner", "tenant"),
    maxBytes: MAX_MESSAGE_BYTES,
    perform: async (request, deps) => {
      const { principal: owner, tenant } = request.caller;
      const body = { ...request.body, owner, tenant };
      return named(request, await onTask<StartResult>(request, deps, "start", body));
    },
  }),
  route({
    name: "task.send",
    method: "POST",
    path: `${TASK}/send`,
    summary: "Sends the task a message; applied once by messageId or Idempotency-Key.",
    roles: TAKES.USERS,
    body: without(sendInputSchema, "from"),
    maxBytes: MAX_MESSAGE_BYTES,
    perform: async (request, deps) => {
      const { principal: from } = request.caller;
      const body = { ...request.body, ...messageIdOf(request), from };
      return named(request, await onTask<SendResult>(request, deps, "send", body));
    },
  }),
  route({
    name: "task.ask",
    method: "POST",
    path: `${TASK}/ask`,
    summary: "Starts the task or sends it a message, and waits for the answer of that turn.",
    roles: TAKES.USERS,
    body: without(askInputSchema, "from", "tenant"),
    maxBytes: MAX_MESSAGE_BYTES,
    perform: async (request, deps) => {
      const { principal: from, tenant } = request.caller;
      const body = { ...request.body, ...messageIdOf(request), from, tenant };
      const withinMs = askTimeout.parse(request.body).timeoutMs + SLACK_MS;
      return named(request, await onTask<AskResult>(request, deps, "ask", body, withinMs));
    },
  }),
  route({
    name: "task.answer",
    method: "POST",
    path: `${TASK}/answer`,
    summary: "Answers a question that the task waits on; the first answer counts.",
    roles: TAKES.USERS,
    body: without(answerInputSchema, "by"),
    perform: (request, deps) => {
      const body = { ...request.body, by: request.caller.principal };
      return onTask<AnswerResult>(request, deps, "answer", body);
    },
  }),
];

const reading = [
  route({
    name: "task.status",
    method: "GET",
    path: `${TASK}/status`,
    summary: "How the task stands, and what it waits for.",
    roles: TAKES.EVERYBODY,
    perform: async (request, deps) => {
      const view = await onTask<StatusView>(request, deps, "status", {});
      const { parent, children } = view;
      return {
        ...named(request, view),
        ...(parent === undefined ? {} : { parent: named(request, parent) }),
        ...(children === undefined
          ? {}
          : { children: children.map((each) => named(request, each)) }),
      };
    },
  }),
  route({
    name: "task.explain",
    method: "GET",
    path: `${TASK}/explain`,
    summary: "Why the task does not move, who can bring it on, and how.",
    roles: TAKES.EVERYBODY,
    perform: async (request, { runtime }) => {
      const body = { agent: request.param("agent"), taskId: taskKey(request) };
      const target = { service: CONTROL_SERVICE, handler: "explain" };
      return named(
        request,
        await runtime.call<Explanation>(target, body, { signal: request.signal }),
      );
    },
  }),
  route({
    name: "task.events",
    method: "GET",
    path: `${TASK}/events`,
    summary: "The task's log, page by page, exactly as it is stored.",
    roles: TAKES.READERS,
    query: pageSchema,
    perform: (request, deps) => onTask<EventsPage>(request, deps, "events", request.query),
  }),
  route({
    name: "task.context",
    method: "GET",
    path: `${TASK}/context`,
    summary: "What the model would be sent now, page by page.",
    roles: TAKES.READERS,
    query: pageSchema,
    perform: (request, deps) => onTask<ContextView>(request, deps, "context", request.query),
  }),
  route({
    name: "task.invocations",
    method: "GET",
    path: `${TASK}/invocations`,
    summary: "What the engine executed of the task, and what is on its way; the newest first.",
    roles: TAKES.READERS,
    perform: (request, { query }) =>
      listInvocations(query, {
        tenant: request.caller.tenant,
        agent: request.param("agent"),
        key: taskKey(request),
      }),
  }),
];

export const TASK_ROUTES = [...talking, ...reading];
