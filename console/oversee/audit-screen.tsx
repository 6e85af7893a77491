// Owns the screen of those who look back: events over all tasks by who, what and when; a task as a file that proves
// itself, and whether such a file is whole.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type SubmitEvent, useState } from "react";
import type { AuditPage, FoundEvent } from "../../contract/oversight.ts";
import { useCaller } from "../api/caller.tsx";
import { ask } from "../api/gateway.ts";
import { Button } from "../controls/button.tsx";
import fields from "../controls/fields.module.css";
import { Empty, Failed, Loading } from "../controls/notice.tsx";
import { Ago } from "../controls/time.tsx";
import { count } from "../controls/time-words.ts";
import { ExportTask, VerifyExport } from "./exports.tsx";
import styles from "./oversee.module.css";
import { Table } from "./table.tsx";

/** Rows that are drawn at most. */
const SHOWN = 500;

/** As it stands in the address; times as a field of a form has them. */
interface Search {
  readonly by?: string;
  readonly type?: string;
  readonly agent?: string;
  readonly taskId?: string;
  readonly after?: string;
  readonly before?: string;
}

const FIELDS = [
  ["by", "Who", "text"],
  ["type", "What", "text"],
  ["agent", "Agent", "text"],
  ["taskId", "Task", "text"],
  ["after", "From", "datetime-local"],
  ["before", "To", "datetime-local"],
] as const;

export function AuditScreen() {
  const search = useSearch({ from: "/audit" });
  const { may } = useCaller();
  return (
    <>
      <h1>Audit</h1>
      <div className={styles["bar"]}>
        <SearchForm key={JSON.stringify(search)} search={search} />
        <div className={styles["acts"]}>
          {may("task.export") && search.agent !== undefined && search.taskId !== undefined ? (
            <ExportTask agent={search.agent} taskId={search.taskId} />
          ) : null}
          {may("export.verify") ? <VerifyExport /> : null}
        </div>
      </div>
      <Found search={search} />
    </>
  );
}

function SearchForm({ search }: { search: Search }) {
  const navigate = useNavigate();
  const [typed, setTyped] = useState(search);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void navigate({ to: "/audit", search: typed });
  };
  return (
    <form className={styles["form"]} onSubmit={submit}>
      {FIELDS.map(([name, label, type]) => (
        <label key={name} className={fields["field"]}>
          {label}
          <input
            type={type}
            size={12}
            className={fields["input"]}
            placeholder={name === "type" ? "as approval." : ""}
            value={typed[name] ?? ""}
            onChange={({ target: { value } }) => {
              const { [name]: _, ...rest } = typed;
              setTyped(value === "" ? rest : { ...rest, [name]: value });
            }}
          />
        </label>
      ))}
      <Button type="submit" look="primary">
        Search
      </Button>
    </form>
  );
}

function queryOf({ after, before, ...rest }: Search) {
  const at = (text: string | undefined): number | undefined => {
    const time = text === undefined ? Number.NaN : new Date(text).getTime();
    return Number.isNaN(time) ? undefined : time;
  };
  return { ...rest, after: at(after), before: at(before) };
}

function Found({ search }: { search: Search }) {
  const { data, error, isPending, isFetching, hasNextPage, fetchNextPage, refetch } =
    useInfiniteQuery({
      queryKey: ["audit", search],
      queryFn: ({ pageParam, signal }) => {
        const cursor = pageParam === "" ? {} : { cursor: pageParam };
        return ask<AuditPage>("/v1/audit", { query: { ...queryOf(search), ...cursor }, signal });
      },
      initialPageParam: "",
      getNextPageParam: ({ cursor }) => cursor,
    });
  if (error !== null) return <Failed error={error} retry={refetch} />;
  if (isPending) return <Loading what="events" rows={6} />;
  const events = data.pages.flatMap((page) => page.events);
  const tasks = data.pages.reduce((sum, page) => sum + page.tasks, 0);
  return (
    <>
      <p className={styles["quiet"]} role="status">
        {count(events.length)} events in the logs of {count(tasks)} tasks, the newest task first
        {hasNextPage ? "; there are more tasks" : ""}.
        {events.length > SHOWN ? ` The first ${count(SHOWN)} are shown: narrow the search.` : ""}
      </p>
      {events.length === 0 ? <Empty title="Nothing like that was found there" /> : null}
      {events.length === 0 ? null : (
        <Table label="Events" headings={["When", "Who", "What", "Task", "Reason"]}>
          {events.slice(0, SHOWN).map((found) => (
            <Row key={`${found.agent}/${found.taskId}#${found.event.seq}`} found={found} />
          ))}
        </Table>
      )}
      {hasNextPage ? (
        <p>
          <Button disabled={isFetching} onClick={() => void fetchNextPage()}>
            {isFetching ? "Reading …" : "Read more tasks"}
          </Button>
        </p>
      ) : null}
    </>
  );
}

function Row({ found: { agent, taskId, event } }: { found: FoundEvent }) {
  const { actor, type, at, seq, reason } = event;
  const id = "id" in actor ? actor.id : undefined;
  return (
    <tr>
      <td>
        <Ago at={at} />
      </td>
      <td>{id ?? actor.kind}</td>
      <td>{type}</td>
      <td>
        <Link to="/tasks/$agent/$taskId" params={{ agent, taskId }} search={{ entry: String(seq) }}>
          {agent}/{taskId} #{seq}
        </Link>
      </td>
      <td className={styles["words"]}>{reason ?? ""}</td>
    </tr>
  );
}
