// Owns the screen of effects that nobody knows the outcome of, over all tasks: a person who has looked says what
// became of each (L7).
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { UnknownEffect, UnknownEffectList } from "../../contract/oversight.ts";
import { useCaller } from "../api/caller.tsx";
import { ask, taskPath, tell } from "../api/gateway.ts";
import { RiskMark } from "../approvals/risk-mark.tsx";
import { Button } from "../controls/button.tsx";
import { StatusMark } from "../controls/mark.tsx";
import { Empty, Failed, Loading } from "../controls/notice.tsx";
import { ReasonDialog } from "../controls/reason-dialog.tsx";
import { Ago } from "../controls/time.tsx";
import styles from "./oversee.module.css";
import { Table } from "./table.tsx";

export function EffectsScreen() {
  const { data, error, isPending, hasNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ["effects"],
    queryFn: ({ pageParam, signal }) => {
      const query = pageParam === "" ? {} : { cursor: pageParam };
      return ask<UnknownEffectList>("/v1/effects/unknown", { query, signal });
    },
    initialPageParam: "",
    getNextPageParam: ({ cursor }) => cursor,
  });
  const [chosen, setChosen] = useState<UnknownEffect>();
  const effects = data?.pages.flatMap((page) => page.effects) ?? [];
  return (
    <>
      <h1>Effects of unknown outcome</h1>
      {error !== null ? <Failed error={error} retry={refetch} /> : null}
      {isPending ? <Loading what="effects" /> : null}
      {!isPending && error === null && effects.length === 0 ? (
        <Empty title="It is known of every effect whether it happened">
          What broke between an effect and its record is listed here: nothing does it again by
          itself.
        </Empty>
      ) : null}
      {effects.length === 0 ? null : (
        <Table label="Effects" headings={["Tool", "Risk", "Task", "Status", "Since", "Owner", ""]}>
          {effects.map((effect) => (
            <Row key={effect.operationId} effect={effect} settle={() => setChosen(effect)} />
          ))}
        </Table>
      )}
      {hasNextPage ? <Button onClick={() => void fetchNextPage()}>More</Button> : null}
      {chosen === undefined ? null : (
        <SettleDialog effect={chosen} close={() => setChosen(undefined)} />
      )}
    </>
  );
}

function Row({ effect, settle }: { effect: UnknownEffect; settle: () => void }) {
  const { agent, taskId, tool, risk, status, since, owner } = effect;
  const { mayNow } = useCaller();
  return (
    <tr>
      <td>
        <strong>{tool}</strong> <span className={styles["quiet"]}>{effect.effect}</span>
      </td>
      <td>
        <RiskMark risk={risk} />
      </td>
      <td>
        <Link to="/tasks/$agent/$taskId" params={{ agent, taskId }}>
          {agent}/{taskId}
        </Link>
      </td>
      <td>
        <StatusMark status={status} />
      </td>
      <td>
        <Ago at={since} />
      </td>
      <td>{owner ?? "–"}</td>
      <td>
        <div className={styles["acts"]}>
          {mayNow("settle", status) ? <Button onClick={settle}>Say what happened …</Button> : null}
        </div>
      </td>
    </tr>
  );
}

const OUTCOMES = [
  ["not-applied", "It did not happen"],
  ["applied", "It happened"],
] as const;

function SettleDialog({ effect, close }: { effect: UnknownEffect; close: () => void }) {
  const queries = useQueryClient();
  const { agent, taskId, tool, operationId } = effect;
  const [outcome, setOutcome] = useState<string>();
  return (
    <ReasonDialog
      open
      close={close}
      title={`What became of ${tool}`}
      confirm="Put it on record"
      look="danger"
      incomplete={outcome === undefined}
      act={async (reason) => {
        await tell(taskPath(agent, taskId, "/settle"), { operationId, outcome, reason });
        await queries.invalidateQueries({ queryKey: ["effects"] });
      }}
    >
      <p>
        Look outside first. The task believes what you say, and goes on by it: at once where it
        happened, and else once nothing can come of the call any more. It cannot be taken back.
      </p>
      <div role="radiogroup" aria-label="What happened" className={styles["pair"]}>
        {OUTCOMES.map(([value, label]) => (
          <span key={value}>
            <input
              type="radio"
              id={`outcome-${value}`}
              name="outcome"
              checked={outcome === value}
              onChange={() => setOutcome(value)}
            />{" "}
            <label htmlFor={`outcome-${value}`} style={{ display: "inline" }}>
              {label}
            </label>
          </span>
        ))}
      </div>
    </ReasonDialog>
  );
}
