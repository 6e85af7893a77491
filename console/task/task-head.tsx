// Owns what a task is called, how it stands, whose it is, and the verbs that it takes now.
import { Link } from "@tanstack/react-router";
import type { StatusView } from "../../contract/api.ts";
import { StatusMark } from "../controls/mark.tsx";
import { Ago } from "../controls/time.tsx";
import { count } from "../controls/time-words.ts";
import { DecideLinks } from "./decide-links.tsx";
import styles from "./task.module.css";
import { TaskVerbs } from "./task-verbs.tsx";
import type { TaskName } from "./use-task-log.ts";

export function TaskHead({ name, status }: { name: TaskName; status: StatusView }) {
  const { usage, owner, parent, children = [], turn, step, agentVersion } = status;
  return (
    <header className={styles["head"]}>
      <div className={styles["title"]}>
        <h1>{name.taskId}</h1>
        <span>
          <StatusMark status={status.status} stuck={status.stuck !== undefined} />
        </span>
      </div>
      <TaskVerbs name={name} status={status.status}>
        <DecideLinks status={status} />
      </TaskVerbs>
      <dl className={styles["facts"]}>
        <Fact label="Agent">
          <Link to="/" search={{ agent: name.agent }}>
            {name.agent}
          </Link>{" "}
          {agentVersion}
        </Fact>
        <Fact label="Owner">{owner ?? "nobody"}</Fact>
        <Fact label="Started">
          <Ago at={status.createdAt} />
        </Fact>
        <Fact label="Changed">
          <Ago at={status.updatedAt} />
        </Fact>
        <Fact label="Turn, step">
          {turn}, {step}
        </Fact>
        <Fact label="Tokens">
          {count(usage.inputTokens)} in, {count(usage.outputTokens)} out
        </Fact>
        <Fact label="Calls">
          {count(usage.modelCalls)} model, {count(usage.toolCalls)} tool
        </Fact>
        {parent === undefined ? null : (
          <Fact label="Parent">
            <TaskLink {...parent} />
          </Fact>
        )}
        {children.length === 0 ? null : (
          <Fact label="Children">
            {children.map((child) => (
              <TaskLink key={`${child.agent}/${child.taskId}`} {...child} />
            ))}
          </Fact>
        )}
      </dl>
    </header>
  );
}

export function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className={styles["fact"]}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function TaskLink({ agent, taskId }: TaskName) {
  return (
    <Link to="/tasks/$agent/$taskId" params={{ agent, taskId }}>
      {taskId}
    </Link>
  );
}
