// Owns one line of the story: when, what, in whose words; and the entry as it is stored, when it is open.
import { memo } from "react";
import type { TaskEvent } from "../../contract/event.ts";
import { Stored } from "../controls/stored.tsx";
import { clockTime, fullTime } from "../controls/time-words.ts";
import type { Line } from "./story/line.ts";
import { lineOf } from "./story/line-of.ts";
import styles from "./story.module.css";

export interface StoryRowProps {
  readonly event: TaskEvent;
  readonly open: boolean;
  readonly setOpen: (seq: number | undefined) => void;
}

const SIGNS: Readonly<Record<Line["kind"], string>> = {
  message: "✉\uFE0E",
  model: "◇",
  tool: "⚙\uFE0E",
  decision: "⚖\uFE0E",
  operator: "☛",
  wait: "◔",
  runtime: "·",
};

export const StoryRow = memo(function StoryRow({ event, open, setOpen }: StoryRowProps) {
  const line = lineOf(event);
  return (
    <article
      className={styles["row"]}
      data-kind={line.kind}
      data-tone={line.tone}
      data-open={open ? "" : undefined}
    >
      <time dateTime={new Date(event.at).toISOString()} title={fullTime(event.at)}>
        {clockTime(event.at)}
      </time>
      <span className={styles["sign"]} aria-hidden="true">
        {SIGNS[line.kind]}
      </span>
      <div className={styles["what"]}>
        <p>
          <strong>{line.title}</strong> <span className={styles["note"]}>{line.note}</span>
        </p>
        {line.body === undefined ? null : <Stored value={line.body} code={line.kind === "tool"} />}
        {line.calls?.map((call, at) => (
          <p key={at} className={styles["call"]}>
            <strong>{call.tool}</strong> <Stored value={call.arguments} code />
            {call.refused === undefined ? null : <em> {call.refused}</em>}
          </p>
        ))}
        {open ? <pre className={styles["raw"]}>{JSON.stringify(event, null, 2)}</pre> : null}
      </div>
      <button
        type="button"
        className={styles["seq"]}
        aria-expanded={open}
        title={open ? "Close the entry" : `Open entry ${event.seq} as it is stored`}
        aria-label={`Entry ${event.seq}`}
        onClick={() => setOpen(open ? undefined : event.seq)}
      >
        #{event.seq}
      </button>
    </article>
  );
});

/** What the model writes now; it is no entry yet. */
export function WritingRow({ text }: { text: string }) {
  return (
    <article className={styles["row"]} data-kind="model">
      <span />
      <span className={styles["sign"]} aria-hidden="true">
        ◇
      </span>
      <div className={styles["what"]}>
        <p>
          <strong>Model writes …</strong>
        </p>
        <span className={styles["writing"]}>{text}</span>
      </div>
      <span />
    </article>
  );
}
