// Owns the inbox: what waits for a decision over all agents, narrowed by its address, and one decision on many.
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { ListedApproval } from "../../contract/lists.ts";
import fields from "../controls/fields.module.css";
import { Empty, Failed, Loading } from "../controls/notice.tsx";
import styles from "./approvals.module.css";
import { ApprovalsTable } from "./approvals-table.tsx";
import { BatchBar } from "./batch-bar.tsx";
import { type ApprovalFilter, useApprovals } from "./use-approvals.ts";

export function ApprovalsScreen() {
  const filter = useSearch({ from: "/approvals" });
  const navigate = useNavigate();
  const { approvals, error, isPending, hasMore, loadMore, refetch } = useApprovals(filter);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const change = (next: ApprovalFilter): void => {
    setSelected(new Set());
    void navigate({ to: "/approvals", search: next });
  };
  const chosen = approvals.filter(({ approvalId }) => selected.has(approvalId));
  return (
    <>
      <h1 className="unseen">Approvals</h1>
      <div className={styles["bar"]}>
        <Filters approvals={approvals} filter={filter} change={change} />
        <BatchBar approvals={chosen} clear={() => setSelected(new Set())} />
      </div>
      {error !== null ? (
        <Failed error={error} retry={refetch} />
      ) : isPending ? (
        <Loading what="approvals" rows={8} />
      ) : (
        <ApprovalsTable
          approvals={approvals}
          loadMore={hasMore ? loadMore : undefined}
          selected={selected}
          select={setSelected}
          empty={<Nothing filter={filter} />}
        />
      )}
    </>
  );
}

interface FiltersProps {
  readonly approvals: readonly ListedApproval[];
  readonly filter: ApprovalFilter;
  readonly change: (next: ApprovalFilter) => void;
}

const CHOICES = [
  ["risk", "Risk", ["high", "medium", "low"]],
  ["kind", "Kind", ["call", "review", "budget"]],
  ["claimed", "Claimed", ["by-nobody", "by-me", "by-others"]],
] as const;

function Filters({ approvals, filter, change }: FiltersProps) {
  const agents = [...new Set(approvals.map(({ agent }) => agent))].toSorted();
  if (filter.agent !== undefined && !agents.includes(filter.agent)) agents.push(filter.agent);
  const all = [...CHOICES, ["agent", "Agent", agents]] as const;
  return (
    <div className={styles["filters"]}>
      {all.map(([name, label, choices]) => (
        <label key={name} className={fields["field"]}>
          {label}
          <select
            className={fields["select"]}
            value={filter[name] ?? ""}
            onChange={({ target: { value } }) => {
              const { [name]: _, ...rest } = filter;
              change(value === "" ? rest : { ...rest, [name]: value });
            }}
          >
            <option value="">any</option>
            {choices.map((choice) => (
              <option key={choice} value={choice}>
                {choice.replace("-", " ")}
              </option>
            ))}
          </select>
        </label>
      ))}
    </div>
  );
}

function Nothing({ filter }: { filter: ApprovalFilter }) {
  const all = Object.values(filter).every((value) => value === undefined);
  return all ? (
    <Empty title="Nothing waits for a decision">What does appears here by itself.</Empty>
  ) : (
    <Empty title="Nothing like that waits for a decision" />
  );
}
