// Owns the table of the inbox: its columns, and which rows are chosen.
import { Link } from "@tanstack/react-router";
import { createColumnHelper, type TableFeatures } from "@tanstack/react-table";
import { createContext, type ReactNode, useContext, useMemo } from "react";
import type { ListedApproval } from "../../contract/lists.ts";
import { Ago } from "../controls/time.tsx";
import { useNow } from "../controls/use-now.ts";
import { useChooseRow } from "../table/use-choose-row.ts";
import { VirtualTable } from "../table/virtual-table.tsx";
import styles from "./approvals.module.css";
import { RiskMark } from "./risk-mark.tsx";

export interface ApprovalsTableProps {
  readonly approvals: readonly ListedApproval[];
  readonly loadMore: (() => void) | undefined;
  /** Their ids. */
  readonly selected: ReadonlySet<string>;
  readonly select: (next: ReadonlySet<string>) => void;
  readonly empty: ReactNode;
}

const SelectionContext = createContext<Pick<ApprovalsTableProps, "selected" | "select">>({
  selected: new Set(),
  select: () => undefined,
});

const column = createColumnHelper<TableFeatures, ListedApproval>();
const COLUMNS = column.columns([
  column.display({
    id: "choose",
    header: () => <span className="unseen">Chosen</span>,
    cell: ({ row }) => <Choose approval={row.original} />,
  }),
  column.accessor("tool", {
    header: "What",
    cell: ({ row: { original } }) => (
      <Link
        to="/approvals/$approvalId"
        params={{ approvalId: original.approvalId }}
        className={styles["what"]}
      >
        {original.tool ??
          (original.kind === "review" ? "the answer of a turn" : "more of a budget")}
      </Link>
    ),
  }),
  column.accessor("risk", {
    header: "Risk",
    cell: ({ getValue }) => <RiskMark risk={getValue()} />,
  }),
  column.accessor("taskId", {
    header: "Task",
    cell: ({
      row: {
        original: { agent, taskId },
      },
    }) => (
      <Link to="/tasks/$agent/$taskId" params={{ agent, taskId }}>
        {taskId}
      </Link>
    ),
  }),
  column.accessor("agent", { header: "Agent" }),
  column.accessor("since", {
    header: "Asked",
    cell: ({ getValue }) => <Time at={getValue()} />,
  }),
  column.accessor("expiresAt", {
    header: "Until",
    cell: ({ getValue }) => <Time at={getValue()} />,
  }),
  column.accessor("claim", {
    header: "Looked at by",
    cell: ({ row }) => <Claimed approval={row.original} />,
  }),
]);
const NARROW_HIDDEN = ["agent", "taskId", "since", "claim"];

const rowId = ({ approvalId }: ListedApproval): string => approvalId;

export function ApprovalsTable(props: ApprovalsTableProps) {
  const { approvals, loadMore, selected, select, empty } = props;
  const choosing = useMemo(() => ({ selected, select }), [selected, select]);
  useChooseRow(approvals, ({ approvalId }) => select(toggled(selected, approvalId)));
  return (
    <SelectionContext value={choosing}>
      <VirtualTable
        cells={COLUMNS}
        rows={approvals}
        rowId={rowId}
        label="Approvals"
        columns="2.25rem minmax(10rem, 2fr) 6rem minmax(8rem, 1.4fr) minmax(7rem, 1fr) 6rem 6rem minmax(7rem, 1fr)"
        narrowColumns="2rem minmax(7rem, 1fr) 5.5rem 4.5rem"
        narrowHidden={NARROW_HIDDEN}
        loadMore={loadMore}
        isSelected={({ approvalId }) => selected.has(approvalId)}
        empty={empty}
      />
    </SelectionContext>
  );
}

function toggled(selected: ReadonlySet<string>, approvalId: string): ReadonlySet<string> {
  const next = new Set(selected);
  if (!next.delete(approvalId)) next.add(approvalId);
  return next;
}

function Choose({ approval: { approvalId, tool, kind, taskId } }: { approval: ListedApproval }) {
  const { selected, select } = useContext(SelectionContext);
  return (
    <input
      type="checkbox"
      aria-label={`Choose ${tool ?? kind} of ${taskId}`}
      checked={selected.has(approvalId)}
      onChange={() => select(toggled(selected, approvalId))}
    />
  );
}

function Time({ at }: { at: number | undefined }) {
  return at === undefined ? <span className={styles["none"]}>–</span> : <Ago at={at} />;
}

function Claimed({ approval: { claim } }: { approval: ListedApproval }) {
  const now = useNow();
  if (claim === undefined || claim.until <= now) return <span className={styles["none"]}>–</span>;
  return <span>{claim.by}</span>;
}
