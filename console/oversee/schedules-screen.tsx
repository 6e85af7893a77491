// Owns the screen of schedules: when each is due next, what became of the last times, and its verbs.
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { ScheduleList } from "../../contract/lists.ts";
import type { ScheduleView } from "../../contract/schedule.ts";
import { useCaller } from "../api/caller.tsx";
import { ask, tell } from "../api/gateway.ts";
import { Button } from "../controls/button.tsx";
import { Mark } from "../controls/mark.tsx";
import { Menu } from "../controls/menu.tsx";
import { Empty, Failed, Loading } from "../controls/notice.tsx";
import { ReasonDialog } from "../controls/reason-dialog.tsx";
import { Ago } from "../controls/time.tsx";
import { spanWords } from "../controls/time-words.ts";
import styles from "./oversee.module.css";
import { Table } from "./table.tsx";

type Verb = "pause" | "resume" | "runNow" | "delete";
interface Chosen {
  readonly verb: Verb;
  readonly scheduleId: string;
}

const VERBS: readonly { readonly verb: Verb; readonly label: string; readonly about: string }[] = [
  { verb: "runNow", label: "Run now", about: "one more time, at once" },
  { verb: "pause", label: "Pause", about: "no more times, until it is resumed" },
  { verb: "resume", label: "Resume", about: "goes on" },
  { verb: "delete", label: "Delete", about: "nothing of it is left but the record" },
];

function pathOf(scheduleId: string, rest = ""): string {
  return `/v1/schedules/${encodeURIComponent(scheduleId)}${rest}`;
}

export function SchedulesScreen() {
  const { data, error, isPending, hasNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ["schedules", "list"],
    queryFn: ({ pageParam, signal }) => {
      const query = pageParam === "" ? {} : { cursor: pageParam };
      return ask<ScheduleList>("/v1/schedules", { query, signal });
    },
    initialPageParam: "",
    getNextPageParam: ({ cursor }) => cursor,
  });
  const [chosen, setChosen] = useState<Chosen>();
  const schedules = data?.pages.flatMap((page) => page.schedules) ?? [];
  return (
    <>
      <h1>Schedules</h1>
      {error === null ? null : <Failed error={error} retry={refetch} />}
      {isPending ? <Loading what="schedules" /> : null}
      {data !== undefined && schedules.length === 0 ? (
        <Empty title="There are no schedules">
          Make one with <code>npx holdfast schedules create</code>.
        </Empty>
      ) : null}
      {schedules.length === 0 ? null : (
        <Table
          label="Schedules"
          headings={["Schedule", "State", "When", "Next", "What", "Last", ""]}
        >
          {schedules.map(({ scheduleId }) => (
            <Row key={scheduleId} scheduleId={scheduleId} choose={setChosen} />
          ))}
        </Table>
      )}
      {hasNextPage ? <Button onClick={() => void fetchNextPage()}>More</Button> : null}
      {chosen === undefined ? null : (
        <VerbDialog chosen={chosen} close={() => setChosen(undefined)} />
      )}
    </>
  );
}

interface RowProps {
  readonly scheduleId: string;
  readonly choose: (chosen: Chosen) => void;
}

function Row({ scheduleId, choose }: RowProps) {
  const { may } = useCaller();
  const { data: view } = useQuery({
    queryKey: ["schedules", "one", scheduleId],
    queryFn: ({ signal }) => ask<ScheduleView>(pathOf(scheduleId), { signal }),
    enabled: may("schedule.show"),
  });
  const items = VERBS.filter(
    ({ verb }) =>
      may(`schedule.${verb}`) &&
      (verb !== "pause" || view?.status !== "paused") &&
      (verb !== "resume" || view?.status === "paused"),
  );
  return (
    <tr>
      <td>
        <strong>{scheduleId}</strong>
      </td>
      {view === undefined ? <td colSpan={5} /> : <Facts view={view} />}
      <td>
        <div className={styles["acts"]}>
          {items.length === 0 ? null : (
            <Menu
              label="Act"
              items={items.map(({ verb, label, about }) => ({
                id: verb,
                label,
                about,
                danger: verb === "delete",
                run: () => choose({ verb, scheduleId }),
              }))}
            />
          )}
        </div>
      </td>
    </tr>
  );
}

function Facts({ view }: { view: ScheduleView }) {
  const { status, times, next, target, outcomes } = view;
  const last = outcomes.at(-1);
  const [due] = next;
  return (
    <>
      <td>
        <Mark tone={status === "active" ? "good" : "calm"}>{status}</Mark>
      </td>
      <td>{"cron" in times ? <code>{times.cron}</code> : `every ${spanWords(times.everyMs)}`}</td>
      <td>{due === undefined ? "–" : <Ago at={Date.parse(due)} />}</td>
      <td>
        {target.kind} {"agent" in target ? target.agent : ""}
      </td>
      <td>
        {last === undefined ? (
          "–"
        ) : (
          <Link to="/tasks/$agent/$taskId" params={{ agent: target.agent, taskId: last.taskId }}>
            {last.result}
          </Link>
        )}
      </td>
    </>
  );
}

function VerbDialog({ chosen, close }: { chosen: Chosen; close: () => void }) {
  const queries = useQueryClient();
  const { verb, scheduleId } = chosen;
  const words = VERBS.find((each) => each.verb === verb);
  return (
    <ReasonDialog
      open
      close={close}
      title={`${words?.label} ${scheduleId}`}
      confirm={words?.label ?? verb}
      look={verb === "delete" ? "danger" : "primary"}
      act={async (reason) => {
        await tell(pathOf(scheduleId, `/${verb}`), { reason });
        await queries.invalidateQueries({ queryKey: ["schedules"] });
      }}
    >
      <p>
        {words?.label}: {words?.about}.
      </p>
    </ReasonDialog>
  );
}
