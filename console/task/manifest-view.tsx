// Owns by what each segment was executed: version, manifest, policies, release; what changed between two segments;
// and the manifest itself, which is what the model was told.
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { Button } from "../controls/button.tsx";
import { Mark } from "../controls/mark.tsx";
import { Empty, Failed, Loading } from "../controls/notice.tsx";
import { prettyJson, useArtifact } from "../controls/stored.tsx";
import { Ago } from "../controls/time.tsx";
import { diffLines, shortened } from "./line-diff.ts";
import styles from "./plain-table.module.css";
import { type Segment, segmentsOf } from "./segments.ts";
import { InvocationLink } from "./state-view.tsx";
import type { LogView } from "./task-log.ts";
import type { TaskName } from "./use-task-log.ts";

/** Segments that are drawn; the newest. */
const SHOWN = 200;

export function ManifestView({ name, log }: { name: TaskName; log: LogView }) {
  const { events, length } = log;
  const segments = useMemo(() => segmentsOf(events.slice(0, length)), [events, length]);
  const [chosen, setChosen] = useState<number>();
  const at = chosen === undefined ? -1 : segments.findIndex(({ segment }) => segment === chosen);
  const shown = segments[at] ?? segments.at(-1);
  if (shown === undefined) return <Empty title="No segment has begun yet" />;
  const before = segments[(at < 0 ? segments.length : at + 1) - 2];
  return (
    <div className={styles["pair"]}>
      <div className={styles["scroller"]} tabIndex={0} role="region" aria-label="Segments">
        <table className={styles["table"]}>
          <thead>
            <tr>
              {[
                "Segment",
                "Began",
                "Agent version",
                "Manifest",
                "Policies",
                "Release",
                "Changed",
                "Invocation",
              ].map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {segments.slice(-SHOWN).map((segment) => (
              <Row
                key={segment.seq}
                name={name}
                segment={segment}
                choose={setChosen}
                chosen={segment === shown}
              />
            ))}
          </tbody>
        </table>
      </div>
      <Manifest segment={shown} before={before} />
    </div>
  );
}

interface RowProps {
  readonly name: TaskName;
  readonly segment: Segment;
  readonly chosen: boolean;
  readonly choose: (segment: number) => void;
}

function Row({ name, segment, chosen, choose }: RowProps) {
  const { seq, at, agentVersion, manifest, policyVersion, release, changed, lost, invocationId } =
    segment;
  return (
    <tr>
      <td>
        <Link to="/tasks/$agent/$taskId" params={name} search={{ entry: String(seq), show: "all" }}>
          {segment.segment}
        </Link>
        {lost === undefined ? null : (
          <>
            {" "}
            <Mark tone="warn">lost: {lost}</Mark>
          </>
        )}
      </td>
      <td>
        <Ago at={at} />
      </td>
      <td>{agentVersion}</td>
      <td>
        <Button look="bare" aria-pressed={chosen} onClick={() => choose(segment.segment)}>
          <code>{manifest.slice(0, 12)}</code>
        </Button>
      </td>
      <td>
        <code>{policyVersion?.slice(0, 12) ?? "–"}</code>
      </td>
      <td>{release ?? "–"}</td>
      <td>{changed.length === 0 ? "–" : <Mark tone="warn">{changed.join(", ")}</Mark>}</td>
      <td>
        <InvocationLink invocationId={invocationId} />
      </td>
    </tr>
  );
}

function Manifest({ segment, before }: { segment: Segment; before: Segment | undefined }) {
  const other = before !== undefined && before.manifest !== segment.manifest;
  const { data, error } = useArtifact(segment.manifest);
  const old = useArtifact(before?.manifest ?? segment.manifest, other);
  if (error !== null) return <Failed error={error} />;
  if (data === undefined || (other && old.data === undefined))
    return <Loading what="the manifest" />;
  return (
    <section>
      <h2>
        {other
          ? `What changed from segment ${before.segment} to ${segment.segment}`
          : `Manifest of segment ${segment.segment}`}
      </h2>
      <pre className={styles["diff"]} tabIndex={0}>
        {other ? (
          <Diff before={prettyJson(old.data ?? "")} after={prettyJson(data)} />
        ) : (
          prettyJson(data)
        )}
      </pre>
    </section>
  );
}

function Diff({ before, after }: { before: string; after: string }) {
  const lines = useMemo(() => shortened(diffLines(before, after)), [before, after]);
  return lines.map((line, at) =>
    line === undefined ? (
      <span key={at} data-sign=" ">
        …
      </span>
    ) : (
      <span key={at} data-sign={line.sign}>
        {line.sign} {line.text}
      </span>
    ),
  );
}
