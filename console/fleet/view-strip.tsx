// Owns the views of the fleet as a strip of counts, a person's own views behind them, and the statuses that are
// in the chosen one.
import { Link } from "@tanstack/react-router";
import type { TaskCounts } from "../../contract/lists.ts";
import { usePreference } from "../app/preferences.ts";
import { Mark } from "../controls/mark.tsx";
import { STATUS } from "../controls/status.ts";
import { count } from "../controls/time-words.ts";
import { useCommands } from "../keyboard/commands.tsx";
import styles from "./fleet.module.css";
import type { TaskFilter } from "./merge-tasks.ts";
import { savedViews } from "./saved-views.ts";
import { countByStatus, countShown, sameFilter, type View, VIEWS } from "./views.ts";

export interface StripProps {
  readonly counts: TaskCounts | undefined;
  readonly filter: TaskFilter;
  readonly change: (filter: TaskFilter) => void;
}

export function ViewStrip({ counts, filter, change }: StripProps) {
  const saved = usePreference(savedViews);
  const views: readonly View[] = [...VIEWS, ...saved];
  const { status: _status, stuck: _stuck, taskIdPrefix: _prefix, ...kept } = filter;
  useCommands(
    views.map(({ label, filter: of, key }) => ({
      id: `view-${label}`,
      label,
      group: "View",
      ...(key === undefined ? {} : { keys: `v ${key}` }),
      run: () => change(of),
    })),
  );
  return (
    <nav aria-label="Views" className={styles["views"]}>
      {VIEWS.map(({ label, filter: of }) => (
        <ViewLink
          key={label}
          label={label}
          // An agent or an owner that was chosen stays.
          filter={{ ...kept, ...of }}
          current={sameFilter({ ...kept, ...of }, filter)}
          tasks={counts === undefined ? undefined : countShown(counts, of)}
        />
      ))}
      {saved.map(({ label, filter: of }) => (
        <ViewLink
          key={`saved ${label}`}
          label={label}
          filter={of}
          current={sameFilter(of, filter)}
        />
      ))}
    </nav>
  );
}

interface LinkProps {
  readonly label: string;
  readonly filter: TaskFilter;
  readonly current: boolean;
  readonly tasks?: number | undefined;
}

function ViewLink({ label, filter, current, tasks }: LinkProps) {
  return (
    <Link
      to="/"
      search={filter}
      className={styles["view"]}
      data-current={current ? "" : undefined}
      aria-current={current ? "page" : false}
      data-calls={tasks !== undefined && tasks > 0 && CALLS.has(label) ? "" : undefined}
    >
      <span>{label}</span>
      <span className={styles["viewCount"]}>{tasks === undefined ? " " : count(tasks)}</span>
    </Link>
  );
}

/** Somebody has to look. */
const CALLS: ReadonlySet<string> = new Set(["Needs a person", "Stuck"]);

/** How many tasks of the chosen view have which status; each is a filter of its own. */
export function StatusChips({ counts, filter, change }: StripProps) {
  if (counts === undefined) return null;
  const view = VIEWS.find(
    ({ filter: of }) =>
      of.status !== undefined && of.status.split(",").includes(filter.status ?? ""),
  );
  const among = filter.status?.includes(",") === true ? filter.status : view?.filter.status;
  const statuses = countByStatus(counts, among);
  return (
    <div className={styles["chips"]} role="group" aria-label="Statuses">
      {statuses.map(({ status, tasks }) => {
        const pressed = filter.status === status;
        const { status: _, ...rest } = filter;
        return (
          <button
            key={status}
            type="button"
            className={styles["chip"]}
            aria-pressed={pressed}
            onClick={() =>
              change(
                pressed
                  ? { ...rest, ...(among === undefined ? {} : { status: among }) }
                  : { ...rest, status },
              )
            }
          >
            <Mark tone={STATUS[status].tone} sign={STATUS[status].mark}>
              {status} <b>{count(tasks)}</b>
            </Mark>
          </button>
        );
      })}
    </div>
  );
}
