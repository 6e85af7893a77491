// Owns the four kinds of state side by side (L11): conversation, task state, long-term memory, execution history.
// They stay apart and fail differently, so they are shown apart.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { ContextView, StatusView } from "../../contract/api.ts";
import type { TaskInvocation, TaskInvocations } from "../../contract/lists.ts";
import type { ContextMessage } from "../../contract/model.ts";
import { useCaller } from "../api/caller.tsx";
import { ask, taskPath } from "../api/gateway.ts";
import { Button } from "../controls/button.tsx";
import { Mark } from "../controls/mark.tsx";
import { Empty, Failed, Loading } from "../controls/notice.tsx";
import { Stored } from "../controls/stored.tsx";
import { Ago } from "../controls/time.tsx";
import { count } from "../controls/time-words.ts";
import styles from "./state.module.css";
import type { LogView } from "./task-log.ts";
import { type TaskName, useStatus } from "./use-task-log.ts";

export function StateView({ name, log }: { name: TaskName; log: LogView }) {
  const { may } = useCaller();
  const { data: status } = useStatus(name);
  return (
    <div className={styles["panes"]}>
      <Pane title="Conversation" about="What the model would be sent now.">
        {may("task.context") ? <Conversation name={name} /> : <NotYours />}
      </Pane>
      <Pane title="Task state" about="Where the task stands, in its object.">
        {status === undefined ? (
          <Loading what="the state" />
        ) : (
          <TaskState status={status} log={log} />
        )}
      </Pane>
      <Pane title="Long-term memory" about="Facts kept across tasks.">
        <Empty title="None yet">
          Holdfast keeps no facts across tasks yet; each task knows its own.
        </Empty>
      </Pane>
      <Pane title="Execution history" about="Invocations, in Restate's journal.">
        {may("task.invocations") ? <Invocations name={name} /> : <NotYours />}
      </Pane>
    </div>
  );
}

interface PaneProps {
  readonly title: string;
  readonly about: string;
  readonly children: ReactNode;
}

function Pane({ title, about, children }: PaneProps) {
  return (
    <section className={styles["pane"]} aria-label={title}>
      <h2>{title}</h2>
      <p className={styles["about"]}>{about}</p>
      <div className={styles["content"]} tabIndex={0} role="group" aria-label={title}>
        {children}
      </div>
    </section>
  );
}

function NotYours() {
  return <Empty title="Not with your roles" />;
}

function Conversation({ name: { agent, taskId } }: { name: TaskName }) {
  const { data, error, refetch, hasNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ["task", agent, taskId, "context"],
    queryFn: ({ pageParam, signal }) =>
      ask<ContextView>(taskPath(agent, taskId, "/context"), {
        query: { after: pageParam },
        signal,
      }),
    initialPageParam: -1,
    getNextPageParam: ({ more, cursor }) => (more ? cursor : undefined),
  });
  if (error !== null) return <Failed error={error} retry={refetch} />;
  if (data === undefined) return <Loading what="the conversation" />;
  const messages = data.pages.flatMap((page) => page.messages);
  return (
    <>
      <ol className={styles["messages"]}>
        {messages.map((message, at) => (
          <li key={at} data-role={message.role}>
            <span className={styles["role"]}>{message.role}</span>
            <Message message={message} />
          </li>
        ))}
      </ol>
      {hasNextPage ? <Button onClick={() => void fetchNextPage()}>More</Button> : null}
      <p className={styles["about"]}>Made of the log up to entry {data.pages[0]?.to}.</p>
    </>
  );
}

function Message({ message }: { message: ContextMessage }) {
  switch (message.role) {
    case "user":
      return message.parts.map((part, at) =>
        part.type === "text" ? (
          <Stored key={at} value={part.body} />
        ) : (
          <span key={at}>[{part.type}]</span>
        ),
      );
    case "assistant":
      return (
        <>
          {message.answer.text === undefined ? null : <Stored value={message.answer.text} />}
          {message.answer.calls.map(({ callId, name, arguments: given }) => (
            <span key={callId}>
              <strong>{name}</strong> <Stored value={given} code />
            </span>
          ))}
        </>
      );
    case "tool":
      return <Stored value={message.result} code />;
    case "result":
      return <Stored value={message.result} />;
    case "developer":
      return <Stored value={{ text: message.text }} />;
  }
}

function TaskState({ status, log }: { status: StatusView; log: LogView }) {
  const { operations, segment, turn, step, cursor, taskUid, hold, grants, effects, kept } = status;
  const rows: readonly (readonly [string, ReactNode])[] = [
    ["Status", status.reason === undefined ? status.status : `${status.status}: ${status.reason}`],
    ["Turn, step, segment", `${turn}, ${step}, ${segment}`],
    ["Log", `${count(cursor + 1)} entries${log.length > cursor ? ", all read here" : ""}`],
    ["Identity", <code key="uid">{taskUid}</code>],
    ...(hold === undefined ? [] : [["Held", `${hold.by ?? "somebody"}: ${hold.reason}`] as const]),
    ...(grants === undefined
      ? []
      : [["Grants", `${grants.count} (${grants.digest.slice(0, 12)})`] as const]),
    ...(effects === undefined ? [] : [["Can be undone", count(effects)] as const]),
    ...(kept === undefined ? [] : [["Messages for later", count(kept)] as const]),
  ];
  return (
    <>
      <dl className={styles["rows"]}>
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h3>Open operations</h3>
      {operations.length === 0 ? <p className={styles["about"]}>None.</p> : null}
      <ul>
        {operations.map(({ operationId, tool, state, effect, since }) => (
          <li key={operationId}>
            <strong>{tool}</strong> {state} <Mark tone="calm">{effect}</Mark> <Ago at={since} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Invocations({ name: { agent, taskId } }: { name: TaskName }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["task", agent, taskId, "invocations"],
    queryFn: ({ signal }) =>
      ask<TaskInvocations>(taskPath(agent, taskId, "/invocations"), { signal }),
  });
  if (error !== null) return <Failed error={error} retry={refetch} />;
  if (data === undefined) return <Loading what="invocations" />;
  if (data.invocations.length === 0)
    return <Empty title="The engine keeps none any more">The log forgets nothing.</Empty>;
  return (
    <ol className={styles["invocations"]}>
      {data.invocations.map((each) => (
        <Invocation key={each.invocationId} invocation={each} />
      ))}
    </ol>
  );
}

function Invocation({ invocation }: { invocation: TaskInvocation }) {
  const { invocationId, handler, status, result, createdAt, retries, failure } = invocation;
  const ended = result === "failure" ? "bad" : "good";
  const tone =
    status === "completed"
      ? ended
      : status === "backing-off" || status === "paused"
        ? "bad"
        : "busy";
  return (
    <li>
      <p>
        <strong>{handler}</strong> <Mark tone={tone}>{result ?? status}</Mark>{" "}
        <Ago at={createdAt} />
        {retries === 0 ? "" : `, tried again ${retries} times`}
      </p>
      <InvocationLink invocationId={invocationId} />
      {failure === undefined ? null : <p className={styles["failure"]}>{failure}</p>}
    </li>
  );
}

/** To Restate's own console, where somebody has said where that is. */
export function InvocationLink({ invocationId }: { invocationId: string }) {
  const { restateConsole } = useCaller();
  if (restateConsole === undefined) return <code>{invocationId}</code>;
  return (
    <a href={`${restateConsole}/invocations/${invocationId}`} target="_blank" rel="noreferrer">
      <code>{invocationId}</code>
    </a>
  );
}
