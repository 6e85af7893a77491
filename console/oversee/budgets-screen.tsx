// Owns the screen of budgets: what of each is used and held back against its limit, the days' use as a plot, and
// changing a limit.
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useId, useState } from "react";
import type { BudgetDimension } from "../../contract/budget.ts";
import type { BudgetList } from "../../contract/oversight.ts";
import { useCaller } from "../api/caller.tsx";
import { ask, tell } from "../api/gateway.ts";
import { Button } from "../controls/button.tsx";
import fields from "../controls/fields.module.css";
import { Empty, Failed, Loading } from "../controls/notice.tsx";
import { ReasonDialog } from "../controls/reason-dialog.tsx";
import {
  amountWords,
  type Budget,
  budgetName,
  DIMENSIONS,
  isDimension,
  standingOf,
} from "./budget-words.ts";
import { DayPlot } from "./day-plot.tsx";
import styles from "./oversee.module.css";
import { Table } from "./table.tsx";

const PAGE = 200;
const NAMES = Object.keys(DIMENSIONS) as readonly BudgetDimension[];

export function BudgetsScreen() {
  const { dimension: given } = useSearch({ from: "/budgets" });
  const dimension = isDimension(given) ? given : "money";
  const { budgets, error, isPending, refetch } = useBudgets();
  const [changing, setChanging] = useState<Budget>();
  return (
    <>
      <div className={styles["bar"]}>
        <h1>Budgets</h1>
        <Dimensions dimension={dimension} />
      </div>
      {error === null ? null : <Failed error={error} retry={refetch} />}
      {isPending ? <Loading what="budgets" /> : null}
      {!isPending && error === null && budgets.length === 0 ? (
        <Empty title="There are no budgets">
          An app has them with <code>budgets: defineBudgets(…)</code>; they are listed once
          something is reserved in them.
        </Empty>
      ) : null}
      <DayPlot budgets={budgets} dimension={dimension} />
      {budgets.length === 0 ? null : (
        <Table
          label="Budgets"
          headings={[
            "Budget",
            { title: "Used", number: true },
            { title: "Held back", number: true },
            { title: "Limit", number: true },
            "",
            "",
          ]}
        >
          {budgets.map((budget) => (
            <Row
              key={budget.budget}
              budget={budget}
              dimension={dimension}
              change={() => setChanging(budget)}
            />
          ))}
        </Table>
      )}
      {changing === undefined ? null : (
        <LimitDialog budget={changing} dimension={dimension} close={() => setChanging(undefined)} />
      )}
    </>
  );
}

/** All of them: days are few, and owners are as many as people. */
function useBudgets() {
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery({
      queryKey: ["budgets"],
      queryFn: ({ pageParam, signal }) => {
        const cursor = pageParam === "" ? {} : { cursor: pageParam };
        return ask<BudgetList>("/v1/budgets", { query: { limit: PAGE, ...cursor }, signal });
      },
      initialPageParam: "",
      getNextPageParam: ({ cursor }) => cursor,
    });
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const order = ["tenant", "day", "owner", "task"];
  const budgets = (data?.pages.flatMap((page) => page.budgets) ?? []).toSorted(
    (one, other) =>
      order.indexOf(one.level) - order.indexOf(other.level) ||
      (other.date ?? "").localeCompare(one.date ?? ""),
  );
  return { budgets, error, isPending, refetch };
}

function Dimensions({ dimension }: { dimension: BudgetDimension }) {
  const navigate = useNavigate();
  return (
    <label className={fields["field"]}>
      Of what
      <select
        className={fields["select"]}
        value={dimension}
        onChange={({ target: { value } }) =>
          void navigate({ to: "/budgets", search: { dimension: value }, replace: true })
        }
      >
        {NAMES.map((name) => (
          <option key={name} value={name}>
            {DIMENSIONS[name]}
          </option>
        ))}
      </select>
    </label>
  );
}

interface RowProps {
  readonly budget: Budget;
  readonly dimension: BudgetDimension;
  readonly change: () => void;
}

function Row({ budget, dimension, change }: RowProps) {
  const { may } = useCaller();
  const { used, held, limit } = standingOf(budget, dimension);
  const words = (amount: number): string => amountWords(dimension, amount);
  return (
    <tr>
      <td>
        {budget.level === "tenant" ? "Tenant" : budget.level === "day" ? "Day" : "Owner"},{" "}
        <strong>{budgetName(budget)}</strong>
        {budget.waiting === 0 ? null : (
          <span className={styles["bad"]}> {budget.waiting} wait for room</span>
        )}
      </td>
      <td data-number="">{words(used)}</td>
      <td data-number="">{words(held)}</td>
      <td data-number="">{limit === undefined ? "none" : words(limit)}</td>
      <td>
        {limit === undefined ? null : (
          <meter
            className={styles["meter"]}
            min={0}
            max={Math.max(limit, 1)}
            high={limit * 0.9}
            value={used + held}
            aria-label={`${words(used + held)} of ${words(limit)}`}
          />
        )}
      </td>
      <td>
        <div className={styles["acts"]}>
          {may(`budget.${budget.level}.limit`) ? <Button onClick={change}>Change …</Button> : null}
        </div>
      </td>
    </tr>
  );
}

function limitPath({ level, owner, date }: Budget): string {
  const last = owner ?? date;
  const name = last === undefined ? "" : `/${encodeURIComponent(last)}`;
  return `/v1/budgets/${level}${name}/limit`;
}

interface LimitDialogProps {
  readonly budget: Budget;
  readonly dimension: BudgetDimension;
  readonly close: () => void;
}

function LimitDialog({ budget, dimension, close }: LimitDialogProps) {
  const queries = useQueryClient();
  const scale = dimension === "money" ? 1_000_000 : 1;
  const { limit } = standingOf(budget, dimension);
  const [typed, setTyped] = useState(limit === undefined ? "" : String(limit / scale));
  const wanted = typed.trim() === "" ? null : Math.round(Number(typed) * scale);
  const isWrong = wanted !== null && !(Number.isSafeInteger(wanted) && wanted >= 0);
  const id = useId();
  return (
    <ReasonDialog
      open
      close={close}
      title={`${DIMENSIONS[dimension]}: limit ${budgetName(budget)}`}
      confirm="Change it"
      incomplete={isWrong || wanted === (limit ?? null)}
      act={async (reason) => {
        await tell(limitPath(budget), { set: { [dimension]: wanted }, reason });
        await queries.invalidateQueries({ queryKey: ["budgets"] });
      }}
    >
      <div className={styles["pair"]}>
        <label htmlFor={id}>
          New limit{dimension === "wallMs" ? " in milliseconds" : ""}; empty is none
        </label>
        <input
          id={id}
          className={fields["input"]}
          inputMode="decimal"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        {isWrong ? <p className={styles["bad"]}>It takes a number from 0 on.</p> : null}
      </div>
    </ReasonDialog>
  );
}
