// Owns the screen of all tasks: what needs a person, what is stuck, what is at work. Which tasks it shows is in
// its address.
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { ListedTask } from "../../contract/lists.ts";
import { Empty, Failed, Loading } from "../controls/notice.tsx";
import { BulkVerbs } from "./bulk-verbs.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { FleetTable } from "./fleet-table.tsx";
import styles from "./fleet.module.css";
import type { TaskFilter } from "./merge-tasks.ts";
import { useCounts, useTasks } from "./use-tasks.ts";
import { countShown } from "./views.ts";
import { ViewStrip } from "./view-strip.tsx";

export function FleetScreen() {
  const filter = useFilter();
  const navigate = useNavigate();
  const { data: counts } = useCounts(filter);
  const { tasks, error, isPending, hasMore, loadMore, refetch } = useTasks(filter);
  const [selected, setSelected] = useState<ReadonlyMap<string, ListedTask>>(new Map());
  const change = (next: TaskFilter): void => {
    setSelected(new Map());
    void navigate({ to: "/", search: next });
  };
  // What is typed is counted by nobody but by its own list.
  const countable = counts !== undefined && filter.taskIdPrefix === undefined;
  const total = countable ? countShown(counts, filter) : hasMore ? undefined : tasks.length;
  // As they are now, and not as they were when they were chosen.
  const now = selected.size === 0 ? [] : tasks.filter(({ taskUid }) => selected.has(taskUid));
  return (
    <>
      <h1 className="unseen">Fleet</h1>
      <ViewStrip counts={counts} filter={filter} change={change} />
      <div className={styles["bar"]}>
        <FilterBar counts={counts} filter={filter} change={change} />
        <BulkVerbs tasks={now} clear={() => setSelected(new Map())} />
      </div>
      {error !== null ? (
        <Failed error={error} retry={refetch} />
      ) : isPending ? (
        <Loading what="tasks" rows={12} />
      ) : (
        <FleetTable
          tasks={tasks}
          total={total}
          loadMore={hasMore ? loadMore : undefined}
          selected={selected}
          select={setSelected}
          empty={<NoTasks filter={filter} />}
        />
      )}
    </>
  );
}

function useFilter(): TaskFilter {
  const { stuck, ...filter } = useSearch({ from: "/" });
  return { ...filter, ...(stuck === "true" ? { stuck } : {}) };
}

function NoTasks({ filter }: { filter: TaskFilter }) {
  const all = Object.values(filter).every((value) => value === undefined);
  if (!all) return <Empty title="No task is so now">They appear here as soon as one is.</Empty>;
  return (
    <Empty title="There are no tasks yet">
      Start one with <code>npx holdfast ask my-agent/first "Hello"</code>, or by{" "}
      <code>POST /v1/agents/:agent/tasks/:taskId/start</code>.
    </Empty>
  );
}
