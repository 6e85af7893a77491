// Owns the screen of one task: how it stands and why on top, its verbs, and the views of what happened.
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCaller } from "../api/caller.tsx";
import { isProblem } from "../api/gateway.ts";
import { Empty, Failed, Loading } from "../controls/notice.tsx";
import { useCommands } from "../keyboard/commands.tsx";
import { EffectsView } from "./effects-view.tsx";
import { ExplainLine } from "./explain-line.tsx";
import { ManifestView } from "./manifest-view.tsx";
import { ModelView } from "./model-view.tsx";
import { StateView } from "./state-view.tsx";
import { StoryView } from "./story-view.tsx";
import { TaskHead } from "./task-head.tsx";
import styles from "./task.module.css";
import { type LogReading, type TaskName, useStatus, useTaskLog } from "./use-task-log.ts";
import { ViewTabs, VIEWS, viewNamed } from "./view-tabs.tsx";
import { WaterfallView } from "./waterfall-view.tsx";

export function TaskScreen() {
  const name = useParams({ from: "/tasks/$agent/$taskId" });
  // Another task is another screen: nothing of the one before is left.
  return <OneTask key={`${name.agent}/${name.taskId}`} name={name} />;
}

function OneTask({ name }: { name: TaskName }) {
  const { may } = useCaller();
  const reads = may("task.stream");
  const { data: status, error, refetch } = useStatus(name);
  const reading = useTaskLog(name, reads && status !== undefined);
  const search = useSearch({ from: "/tasks/$agent/$taskId" });
  const view = viewNamed(search.view);
  useViewKeys(name);
  if (isProblem(error) && error.status === 404)
    return <Empty title={`There is no task ${name.taskId} of ${name.agent}, or it is not yours`} />;
  if (error !== null && status === undefined) return <Failed error={error} retry={refetch} />;
  if (status === undefined) return <Loading what="the task" rows={8} />;
  return (
    <>
      <TaskHead name={name} status={status} />
      <ExplainLine name={name} />
      <ViewTabs name={name} view={view} />
      <div className={styles["view"]}>
        {reads || view === "state" ? (
          <View name={name} view={view} reading={reading} />
        ) : (
          <Empty title="What was said and done is not shown to a viewer">
            The role user, approver, operator, auditor or admin may read it.
          </Empty>
        )}
      </div>
    </>
  );
}

interface ViewProps {
  readonly name: TaskName;
  readonly view: (typeof VIEWS)[number]["view"];
  readonly reading: LogReading;
}

function View({ name, view, reading }: ViewProps) {
  const { data: status } = useStatus(name);
  const { log, error } = reading;
  if (error !== undefined) return <Failed error={error} />;
  if (view === "state") return <StateView name={name} log={log} />;
  if (log.length === 0) return <Loading what="the log" rows={8} />;
  switch (view) {
    case "waterfall":
      return <WaterfallView name={name} log={log} />;
    case "model":
      return <ModelView name={name} log={log} />;
    case "effects":
      return <EffectsView name={name} log={log} />;
    case "manifest":
      return <ManifestView name={name} log={log} />;
    case "story":
      return <StoryView name={name} log={log} cursor={status?.cursor} />;
  }
}

function useViewKeys(name: TaskName): void {
  const navigate = useNavigate();
  useCommands(
    VIEWS.map(({ view, label, key }) => ({
      id: `task-view-${view}`,
      label: `${label} of the task`,
      group: "Task",
      keys: key,
      run: () =>
        void navigate({
          to: "/tasks/$agent/$taskId",
          params: name,
          search: { view },
          replace: true,
        }),
    })),
  );
}
