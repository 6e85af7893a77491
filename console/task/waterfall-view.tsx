// Owns the waterfall: when the model, tools and people were at work, and when nothing was, which is drawn short.
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";
import { Empty } from "../controls/notice.tsx";
import { clockTime, fullTime, spanWords } from "../controls/time-words.ts";
import { useNow } from "../controls/use-now.ts";
import { type Span, spansOf } from "./spans.ts";
import type { LogView } from "./task-log.ts";
import { ticksOf, type TimeScale, timeScale } from "./time-scale.ts";
import type { TaskName } from "./use-task-log.ts";
import styles from "./waterfall.module.css";

const ROW_PX = 26;

export function WaterfallView({ name, log }: { name: TaskName; log: LogView }) {
  const { events, length } = log;
  const spans = useMemo(() => spansOf(events.slice(0, length)), [events, length]);
  const goesOn = spans.some(({ to }) => to === undefined);
  const clock = useNow(5);
  const now = goesOn ? clock : 0;
  const scale = useMemo(() => scaleOf(spans, now), [spans, now]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: spans.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 20,
  });
  if (spans.length === 0) return <Empty title="Nothing was at work yet" />;
  return (
    <figure className={styles["figure"]}>
      <Axis scale={scale} />
      <div
        ref={scroller}
        className={styles["scroller"]}
        tabIndex={0}
        role="region"
        aria-label="Waterfall"
      >
        <ol className={styles["rows"]} style={{ height: `${virtual.getTotalSize()}px` }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const span = spans[index];
            return span === undefined ? null : (
              <li
                key={span.id}
                className={styles["row"]}
                style={{ transform: `translateY(${start}px)` }}
              >
                <Bar name={name} span={span} scale={scale} now={clock} />
              </li>
            );
          })}
        </ol>
      </div>
      <figcaption className={styles["caption"]}>
        Times in which nothing was at work are drawn short and striped.
      </figcaption>
    </figure>
  );
}

/** Waits are what may be shortened. */
function scaleOf(spans: readonly Span[], now: number): TimeScale {
  const ends = spans.map(({ from, to }) => ({ from, to: to ?? Math.max(now, from) }));
  const work = spans.flatMap(({ kind, from, to }) =>
    kind === "model" || kind === "tool" ? [{ from, to: to ?? Math.max(now, from) }] : [],
  );
  let first = Infinity;
  let last = 0;
  for (const { from, to } of ends) {
    first = Math.min(first, from);
    last = Math.max(last, to);
  }
  return timeScale(work, first, last);
}

const percent = (part: number): string => `${(part * 100).toFixed(3)}%`;

function Axis({ scale }: { scale: TimeScale }) {
  const gaps = scale.stretches.filter(({ gap }) => gap);
  return (
    <div className={styles["axis"]}>
      <span />
      <div className={styles["track"]}>
        {gaps.map(({ from, to, start, end }) => (
          <span
            key={from}
            className={styles["gap"]}
            style={{ left: percent(start), width: percent(end - start) }}
            title={`${spanWords(to - from)} without work, from ${fullTime(from)}`}
          >
            {spanWords(to - from)}
          </span>
        ))}
        {ticksOf(scale).map(({ at, place }) => (
          <time
            key={at}
            className={styles["tick"]}
            style={{ left: percent(place) }}
            title={fullTime(at)}
          >
            {clockTime(at)}
          </time>
        ))}
      </div>
    </div>
  );
}

interface BarProps {
  readonly name: TaskName;
  readonly span: Span;
  readonly scale: TimeScale;
  readonly now: number;
}

function Bar({ name, span, scale, now }: BarProps) {
  const { kind, label, step, from, to, seq, tone } = span;
  const start = scale.place(from);
  const end = scale.place(to ?? now);
  const took =
    to === undefined ? `for ${spanWords(now - from)}, and goes on` : spanWords(to - from);
  return (
    <Link
      to="/tasks/$agent/$taskId"
      params={name}
      search={{ entry: String(seq) }}
      className={styles["link"]}
      title={`${label}, ${took}, from ${fullTime(from)}`}
    >
      <span className={styles["label"]}>
        {step === undefined ? "" : `${step} · `}
        {label}
      </span>
      <span className={styles["track"]}>
        <span
          className={styles["bar"]}
          data-kind={kind}
          data-tone={tone}
          style={{ left: percent(start), width: percent(Math.max(end - start, 0.001)) }}
        />
        <span
          className={styles["took"]}
          data-left={end > 0.85 ? "" : undefined}
          style={end > 0.85 ? { right: percent(1 - start) } : { left: percent(end) }}
        >
          {took}
        </span>
      </span>
    </Link>
  );
}
