// Owns a task's client that writes down each call: when, what was said, when and what was answered.
import { randomUUID } from "node:crypto";
import { START_MESSAGE_ID } from "../../contract/api.ts";
import type { StatusView } from "../../contract/api.ts";
import { messageDigest, startDigest } from "../../core/message-digest.ts";
import type { Decision, TaskClient } from "../task-client.ts";
import { bodyOf, proposalOf } from "../task-client.ts";
import type { HistoryOperation, OperationKind, OperationOf } from "./history.ts";

export interface WatchedClient {
  readonly client: TaskClient;
  readonly agent: string;
  readonly now: () => number;
  /** The number of the next operation. */
  readonly number: () => number;
  /** Heard when it is called, and again, whole, when it has ended. */
  readonly note: (operation: HistoryOperation) => void;
}

type Said<Kind extends OperationKind> = OperationOf<Kind>["said"];
type Answer<Kind extends OperationKind> = NonNullable<OperationOf<Kind>["answer"]>;

export function watchClient(watched: WatchedClient): TaskClient {
  const { client } = watched;
  const verb =
    <Input, Result>(name: string, call: (input: Input) => Promise<Result>) =>
    (input: Input): Promise<Result> =>
      noted(
        watched,
        "verb",
        { verb: name },
        () => call(input),
        () => true,
      );
  return {
    ...client,
    ...messagesOf(watched),
    status: () => noted(watched, "read", {}, () => client.status(), ofView),
    until: (status, options) =>
      noted(watched, "read", {}, () => client.until(status, options), ofView),
    events: () =>
      noted(
        watched,
        "read",
        {},
        () => client.events(),
        (log) => ({ cursor: log.length - 1, hash: log.at(-1)?.hash ?? "" }),
      ),
    decide: (decision) => decide(watched, decision),
    cancel: (input) =>
      noted(
        watched,
        "cancel",
        {},
        () => client.cancel(input),
        (answer) => answer,
      ),
    publish: (event) => {
      const { topic, key, eventId } = event;
      const said = { topic, key, eventId };
      return noted(
        watched,
        "publish",
        said,
        () => client.publish(event),
        (answer) => answer,
      );
    },
    answer: verb("answer", client.answer),
    withdraw: verb("withdraw", client.withdraw),
    settle: verb("settle", client.settle),
    retry: verb("retry", client.retry),
    drop: verb("drop", client.drop),
    grant: verb("grant", client.grant),
    control: (input) => verb(input.verb, client.control)(input),
    rollback: verb("rollback", client.rollback),
  };
}

function messagesOf(watched: WatchedClient): Pick<TaskClient, "start" | "send" | "ask"> {
  const { client } = watched;
  return {
    start: (message, options = {}) => {
      const digest = startDigest({ message, messageId: START_MESSAGE_ID, ...options });
      const said = { messageId: START_MESSAGE_ID, digest };
      return noted(
        watched,
        "start",
        said,
        () => client.start(message, options),
        (answer) => answer,
      );
    },
    send: (message, { messageId = `message-${randomUUID()}`, ...options } = {}) => {
      const said = { messageId, digest: messageDigest(message, options.from) };
      const send = () => client.send(message, { ...options, messageId });
      return noted(watched, "send", said, send, (answer) => answer);
    },
    ask: (message, { messageId = `message-${randomUUID()}`, ...options } = {}) => {
      const said = { messageId, digest: messageDigest(message, options.from) };
      const ask = () => client.ask(message, { ...options, messageId });
      return noted(watched, "ask", said, ask, (answer) => answer);
    },
  };
}

function ofView({ cursor, status }: StatusView): Answer<"read"> {
  return { cursor, status };
}

/** What is decided on is read first, so that it is known what was said. */
async function decide(watched: WatchedClient, decision: Decision): Promise<void> {
  const { client } = watched;
  const open = proposalOf(await client.status(), decision);
  const { byAwakeable, body } = bodyOf(decision, open);
  const said: Said<"decide"> = {
    approvalId: open.approvalId,
    digest: body.digest,
    decision: body.decision,
    via: byAwakeable ? "awakeable" : "decide",
  };
  const exactly: Decision = { ...decision, digest: body.digest };
  await noted(
    watched,
    "decide",
    said,
    () => client.decide(exactly),
    () => true,
  );
}

/** The call, written down. A refusal has a code; what has none is no answer. */
async function noted<Kind extends OperationKind, Result>(
  { client, agent, now, number, note }: WatchedClient,
  kind: Kind,
  said: Said<Kind>,
  call: () => Promise<Result>,
  answerOf: (result: Result) => Answer<Kind>,
): Promise<Result> {
  const begun = { n: number(), agent, taskId: client.taskId, kind, said, calledAt: now() };
  // Kind, what was said and what was answered belong together by the signature.
  const tell = (how: object): void => note({ ...begun, ...how } as unknown as HistoryOperation);
  tell({});
  try {
    const result = await call();
    tell({ answer: answerOf(result), returnedAt: now() });
    return result;
  } catch (error) {
    const { code = "unknown" } = error as { readonly code?: unknown };
    const isAnswer = typeof code === "string" && code !== "unknown" && isOurs(error);
    if (isAnswer) tell({ refused: code, returnedAt: now() });
    throw error;
  }
}

/** And not a broken connection's. */
function isOurs(error: unknown): boolean {
  return error instanceof Error && error.name === "TaskProblem";
}
