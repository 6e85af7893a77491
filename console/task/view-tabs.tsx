// Owns the views of a task, as links: each has an address.
import { Link } from "@tanstack/react-router";
import styles from "./task.module.css";
import type { TaskName } from "./use-task-log.ts";

export const VIEWS = [
  { view: "story", label: "Story", key: "t" },
  { view: "waterfall", label: "Waterfall", key: "w" },
  { view: "state", label: "State", key: "s" },
  { view: "model", label: "Model and usage", key: "u" },
  { view: "effects", label: "Effects", key: "e" },
  { view: "manifest", label: "Manifest", key: "m" },
] as const;

export type TaskView = (typeof VIEWS)[number]["view"];

export function viewNamed(text: string | undefined): TaskView {
  return VIEWS.find(({ view }) => view === text)?.view ?? "story";
}

export function ViewTabs({ name, view: current }: { name: TaskName; view: TaskView }) {
  return (
    <nav aria-label="Views of the task" className={styles["tabs"]}>
      {VIEWS.map(({ view, label }) => (
        <Link
          key={view}
          to="/tasks/$agent/$taskId"
          params={name}
          search={view === "story" ? {} : { view }}
          className={styles["tab"]}
          activeProps={{}}
          aria-current={view === current ? "page" : false}
          data-current={view === current ? "" : undefined}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
