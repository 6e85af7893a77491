// Owns stopping and lifting (R99): a tool, a model, an agent or all of a tenant, with a reason, and the record of
// who did it.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { RulesView } from "../../contract/oversight.ts";
import type { RecordPage, Stop, StopKind, StopList } from "../../contract/stop.ts";
import { useCaller } from "../api/caller.tsx";
import { ask, tell } from "../api/gateway.ts";
import { Button } from "../controls/button.tsx";
import fields from "../controls/fields.module.css";
import { Mark } from "../controls/mark.tsx";
import { Empty, Failed, Loading } from "../controls/notice.tsx";
import { ReasonDialog } from "../controls/reason-dialog.tsx";
import { Ago } from "../controls/time.tsx";
import styles from "./oversee.module.css";
import { Table } from "./table.tsx";

/** Until an accepted stop has settled it is looked at so often, in milliseconds: no stream tells of stops. */
const SETTLING_MS = 2_000;

export function Stops({ rules }: { rules: RulesView | undefined }) {
  const { may } = useCaller();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["stops"],
    queryFn: ({ signal }) => ask<StopList>("/v1/stops", { signal }),
    refetchInterval: ({ state }) =>
      state.data?.stops.some(({ status }) => status === "accepted") === true ? SETTLING_MS : false,
  });
  const [act, setAct] = useState<"stop" | Stop>();
  const stops = data?.stops ?? [];
  const close = (): void => setAct(undefined);
  return (
    <section className={styles["section"]}>
      <div className={styles["bar"]}>
        <h2>Stops</h2>
        {may("stop.stop") ? (
          <Button look="danger" onClick={() => setAct("stop")}>
            Stop …
          </Button>
        ) : null}
      </div>
      {error === null ? null : <Failed error={error} retry={refetch} />}
      {isPending ? <Loading what="stops" rows={2} /> : null}
      {data !== undefined && stops.length === 0 ? <Empty title="Nothing is stopped" /> : null}
      {stops.length === 0 ? null : (
        <Table label="Stops" headings={["What", "State", "Since", "By", "Reason", ""]}>
          {stops.map((stop) => (
            <Row key={stop.stopId} stop={stop} lift={() => setAct(stop)} />
          ))}
        </Table>
      )}
      {may("stop.record") ? <StopRecord /> : null}
      {act === "stop" ? <StopDialog rules={rules} close={close} /> : null}
      {typeof act === "object" ? <LiftDialog stop={act} close={close} /> : null}
    </section>
  );
}

function Row({ stop, lift }: { stop: Stop; lift: () => void }) {
  const { may } = useCaller();
  const { kind, name, status, acceptedAt, by, reason } = stop;
  return (
    <tr>
      <td>
        {kind} <strong>{name}</strong>
      </td>
      <td>
        <Mark tone={status === "stopped" ? "bad" : "warn"} sign={status === "stopped" ? "■" : "◐"}>
          {status === "stopped" ? "stopped" : "settling"}
        </Mark>
      </td>
      <td>
        <Ago at={acceptedAt} />
      </td>
      <td>{by ?? "–"}</td>
      <td className={styles["words"]}>{reason}</td>
      <td>
        <div className={styles["acts"]}>
          {may("stop.lift") ? <Button onClick={lift}>Lift …</Button> : null}
        </div>
      </td>
    </tr>
  );
}

function useStopsAgain(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ["stops"] });
}

const KINDS: readonly StopKind[] = ["tool", "model", "agent", "tenant"];

function StopDialog({ rules, close }: { rules: RulesView | undefined; close: () => void }) {
  const again = useStopsAgain();
  const { tenant } = useCaller();
  const [kind, setKind] = useState<StopKind>("tool");
  const [typed, setTyped] = useState("");
  const isOwn = kind === "tenant" && tenant !== undefined;
  const name = isOwn ? tenant : typed.trim();
  const id = useId();
  return (
    <ReasonDialog
      open
      close={close}
      title="Stop"
      confirm={name === "" ? "Stop it" : `Stop ${kind} ${name}`}
      look="danger"
      incomplete={name === ""}
      act={async (reason) => {
        await tell("/v1/stops", { kind, name, reason });
        await again();
      }}
    >
      <p>From then on nothing of it begins, in any task, until it is lifted.</p>
      <div className={styles["pair"]}>
        <label htmlFor={`${id}-kind`}>What</label>
        <select
          id={`${id}-kind`}
          className={fields["select"]}
          value={kind}
          onChange={(event) => {
            setKind(event.target.value as StopKind);
            setTyped("");
          }}
        >
          {KINDS.map((each) => (
            <option key={each} value={each}>
              {each === "tenant" ? "everything" : each}
            </option>
          ))}
        </select>
        {isOwn ? null : (
          <>
            <label htmlFor={`${id}-name`}>Its name, exactly</label>
            <input
              id={`${id}-name`}
              className={fields["input"]}
              list={`${id}-names`}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
            <datalist id={`${id}-names`}>
              {namesOf(kind, rules).map((each) => (
                <option key={each} value={each} />
              ))}
            </datalist>
          </>
        )}
      </div>
    </ReasonDialog>
  );
}

function namesOf(kind: StopKind, rules: RulesView | undefined): readonly string[] {
  const agents = rules?.agents ?? [];
  if (kind === "agent") return agents.map(({ agent }) => agent);
  if (kind !== "tool") return [];
  return [...new Set(agents.flatMap(({ tools }) => tools.map(({ tool }) => tool)))].toSorted();
}

function LiftDialog({ stop, close }: { stop: Stop; close: () => void }) {
  const again = useStopsAgain();
  const { tenant } = useCaller();
  const { kind, name, tenant: whose } = stop;
  return (
    <ReasonDialog
      open
      close={close}
      title={`Lift the stop of ${kind} ${name}`}
      confirm="Lift it"
      act={async (reason) => {
        // A tenant's caller lifts its own, whatever it says.
        const scope = tenant !== undefined || whose === undefined ? {} : { tenant: whose };
        await tell("/v1/stops/lift", { kind, name, reason, ...scope });
        await again();
      }}
    >
      <p>The tasks that it kept from going on look again within a minute.</p>
    </ReasonDialog>
  );
}

const RECORD_WORDS = {
  "stop.accepted": "stopped",
  "stop.settled": "had settled:",
  "stop.lifted": "lifted",
} as const;

function StopRecord() {
  const { data, error } = useQuery({
    queryKey: ["stops", "record"],
    queryFn: ({ signal }) => ask<RecordPage>("/v1/stops/record?limit=500", { signal }),
  });
  const entries = data?.entries ?? [];
  if (error !== null) return <Failed error={error} />;
  if (entries.length === 0) return null;
  return (
    <details>
      <summary>Who stopped and lifted what</summary>
      <Table label="Record of stops" headings={["When", "Who", "What", "Reason"]}>
        {entries.toReversed().map(({ seq, at, actor, type, kind, name, reason }) => (
          <tr key={seq}>
            <td>
              <Ago at={at} />
            </td>
            <td>{actor.id ?? actor.kind}</td>
            <td>
              {RECORD_WORDS[type]} {kind} <strong>{name}</strong>
            </td>
            <td className={styles["words"]}>{reason}</td>
          </tr>
        ))}
      </Table>
    </details>
  );
}
