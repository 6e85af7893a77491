// Owns the table of tasks: its columns, and which rows are chosen.
import { createColumnHelper, type TableFeatures } from "@tanstack/react-table";
import { Link } from "@tanstack/react-router";
import { createContext, type ReactNode, useContext, useMemo } from "react";
import type { ListedTask } from "../../contract/lists.ts";
import { StatusMark } from "../controls/mark.tsx";
import { Ago } from "../controls/time.tsx";
import { useChooseRow } from "../table/use-choose-row.ts";
import { VirtualTable } from "../table/virtual-table.tsx";
import styles from "./fleet.module.css";

export type Selection = ReadonlyMap<string, ListedTask>;

export interface FleetTableProps {
  readonly tasks: readonly ListedTask[];
  /** Undefined: nobody knows. */
  readonly total: number | undefined;
  readonly loadMore: (() => void) | undefined;
  readonly selected: Selection;
  readonly select: (next: Selection) => void;
  readonly empty: ReactNode;
}

const SelectionContext = createContext<Pick<FleetTableProps, "tasks" | "selected" | "select">>({
  tasks: [],
  selected: new Map(),
  select: () => undefined,
});

const column = createColumnHelper<TableFeatures, ListedTask>();
const COLUMNS = column.columns([
  column.display({
    id: "choose",
    header: () => <ChooseAll />,
    cell: ({ row }) => <Choose task={row.original} />,
  }),
  column.accessor("taskId", {
    header: "Task",
    cell: ({ row }) => <TaskLink task={row.original} />,
  }),
  column.accessor("status", {
    header: "Status",
    cell: ({ row: { original } }) => (
      <StatusMark status={original.status} stuck={original.stuck !== undefined} />
    ),
  }),
  column.accessor("since", {
    header: "For",
    cell: ({ row: { original } }) => <Ago at={original.since ?? original.updatedAt} />,
  }),
  column.accessor("agent", { header: "Agent" }),
  column.accessor("owner", {
    header: "Owner",
    cell: ({ getValue }) => getValue() ?? <span className={styles["none"]}>–</span>,
  }),
  column.accessor("wakeAt", {
    header: "Looks again",
    cell: ({ getValue }) => {
      const at = getValue();
      return at === undefined ? <span className={styles["none"]}>–</span> : <Ago at={at} />;
    },
  }),
  column.accessor("createdAt", {
    header: "Created",
    cell: ({ getValue }) => <Ago at={getValue()} />,
  }),
]);
const NARROW_HIDDEN = ["since", "agent", "owner", "wakeAt", "createdAt"];

const rowId = ({ taskUid }: ListedTask): string => taskUid;

export function FleetTable({ tasks, total, loadMore, selected, select, empty }: FleetTableProps) {
  const choosing = useMemo(() => ({ tasks, selected, select }), [tasks, selected, select]);
  useChooseRow(tasks, (task) => select(toggled(selected, task)));
  return (
    <SelectionContext value={choosing}>
      <VirtualTable
        cells={COLUMNS}
        rows={tasks}
        rowId={rowId}
        label="Tasks"
        columns="2.25rem minmax(10rem, 2fr) minmax(12rem, 1.4fr) 7rem minmax(7rem, 1fr) minmax(6rem, 1fr) 7rem 7rem"
        narrowColumns="2rem minmax(7rem, 1fr) 12.5rem"
        narrowHidden={NARROW_HIDDEN}
        total={total}
        loadMore={loadMore}
        isSelected={({ taskUid }) => selected.has(taskUid)}
        empty={empty}
      />
    </SelectionContext>
  );
}

function toggled(selected: Selection, task: ListedTask): Selection {
  const next = new Map(selected);
  if (!next.delete(task.taskUid)) next.set(task.taskUid, task);
  return next;
}

function TaskLink({ task: { agent, taskId } }: { task: ListedTask }) {
  return (
    <Link to="/tasks/$agent/$taskId" params={{ agent, taskId }} className={styles["task"]}>
      {taskId}
    </Link>
  );
}

function Choose({ task }: { task: ListedTask }) {
  const { selected, select } = useContext(SelectionContext);
  return (
    <input
      type="checkbox"
      aria-label={`Choose ${task.taskId}`}
      checked={selected.has(task.taskUid)}
      onChange={() => select(toggled(selected, task))}
    />
  );
}

function ChooseAll() {
  const { tasks, selected, select } = useContext(SelectionContext);
  const all = tasks.length > 0 && tasks.every(({ taskUid }) => selected.has(taskUid));
  return (
    <input
      type="checkbox"
      aria-label="Choose all that are loaded"
      checked={all}
      disabled={tasks.length === 0}
      onChange={() => select(new Map(all ? [] : tasks.map((task) => [task.taskUid, task])))}
    />
  );
}
