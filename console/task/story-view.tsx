// Owns the story of a task as one timeline: every entry of its log is a line, drawn only where it is seen, and the
// entry itself is one click away. It stays at its end while the task goes on, unless somebody has scrolled away.
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useEffectEvent, useLayoutEffect, useMemo, useRef } from "react";
import { count } from "../controls/time-words.ts";
import { isIn, lineOf, SHOWN, type Shown } from "./story/line-of.ts";
import styles from "./story.module.css";
import { StoryRow, WritingRow } from "./story-row.tsx";
import type { LogView } from "./task-log.ts";
import type { TaskName } from "./use-task-log.ts";

/** As a line without a body is high, in pixels. */
const LINE_PX = 30;
/** Nearer to the end than this counts as being there, in pixels. */
const AT_END_PX = 80;

const LABELS: Readonly<Record<Shown, string>> = {
  story: "Story",
  people: "People",
  model: "Model",
  tools: "Tools",
  all: "All entries",
};

export interface StoryProps {
  readonly name: TaskName;
  readonly log: LogView;
  /** Of the last entry that there is. */
  readonly cursor?: number | undefined;
}

export function StoryView({ name, log, cursor }: StoryProps) {
  const search = useSearch({ from: "/tasks/$agent/$taskId" });
  const navigate = useNavigate();
  const shown = SHOWN.find((each) => each === search.show) ?? "story";
  const entry = search.entry === undefined ? undefined : Number(search.entry);
  const go = (next: {
    readonly show?: string | undefined;
    readonly entry?: string | undefined;
  }): void =>
    void navigate({
      to: "/tasks/$agent/$taskId",
      params: name,
      search: given({ ...search, ...next }),
      replace: true,
    });
  const rest = cursor === undefined ? 0 : Math.max(0, cursor + 1 - log.length);
  return (
    <>
      <div className={styles["bar"]} role="group" aria-label="Entries">
        {SHOWN.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={each === shown}
            onClick={() => go({ show: each === "story" ? undefined : each })}
          >
            {LABELS[each]}
          </button>
        ))}
        <span role="status">
          {rest > 100
            ? `Reading: ${count(log.length)} of ${count(log.length + rest)}`
            : `${count(log.length)} entries`}
        </span>
      </div>
      <Lines
        log={log}
        shown={shown}
        entry={entry}
        open={(seq) => go({ entry: seq === undefined ? undefined : String(seq) })}
      />
    </>
  );
}

function given(search: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(search).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

interface LinesProps {
  readonly log: LogView;
  readonly shown: Shown;
  /** The entry that is open. */
  readonly entry: number | undefined;
  readonly open: (seq: number | undefined) => void;
}

function Lines({ log, shown, entry, open }: LinesProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const seqs = useShown(log, shown, entry);
  const rows = seqs.length + (log.writing === undefined ? 0 : 1);
  const virtual = useVirtualizer({
    count: rows,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 10,
    getItemKey: (index) => seqs[index] ?? "writing",
  });
  const toEnd = (): void => virtual.scrollToIndex(rows - 1, { align: "end" });
  const entryAt = entry === undefined ? -1 : seqs.indexOf(entry);
  const toEntry = (): void => virtual.scrollToIndex(entryAt, { align: "center" });
  const grown = rows + (log.writing?.text.length ?? 0);
  useFollow({ scroller, grown, toEnd, entryAt, toEntry, hasEntry: entry !== undefined });
  return (
    // Scrolled by keys, also where no line has anything to focus.
    <div
      ref={scroller}
      className={styles["scroller"]}
      tabIndex={0}
      role="region"
      aria-label="Timeline"
    >
      <ol className={styles["lines"]} style={{ height: `${virtual.getTotalSize()}px` }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const event = log.events[seqs[index] ?? -1];
          return (
            <li
              key={key}
              data-index={index}
              ref={virtual.measureElement}
              className={styles["line"]}
              style={{ transform: `translateY(${start}px)` }}
            >
              {event === undefined ? (
                <WritingRow text={log.writing?.text ?? ""} />
              ) : (
                <StoryRow event={event} open={event.seq === entry} setOpen={open} />
              )}
            </li>
          );
        })}
      </ol>
    </div>
  );
}

/** Positions of the entries that are drawn; the one that is open always is. */
function useShown({ events, length }: LogView, shown: Shown, entry: number | undefined) {
  return useMemo(
    () =>
      events
        .slice(0, length)
        .filter((event) => event.seq === entry || isIn(shown, lineOf(event)))
        .map(({ seq }) => seq),
    [events, length, shown, entry],
  );
}

interface Following {
  readonly scroller: RefObject<HTMLElement | null>;
  /** Another number whenever there is more to see. */
  readonly grown: number;
  readonly toEnd: () => void;
  /** Where the entry of the address is; -1 while it is not there. */
  readonly entryAt: number;
  readonly toEntry: () => void;
  readonly hasEntry: boolean;
}

/** To the entry of the address once it is there, else to the end for as long as nobody scrolls away. */
function useFollow(following: Following): void {
  const { scroller, grown, entryAt, hasEntry } = following;
  const atEnd = useRef(!hasEntry);
  const isThere = useRef(!hasEntry);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const look = (): void => {
      const left = element.scrollHeight - element.scrollTop - element.clientHeight;
      atEnd.current = left < AT_END_PX;
    };
    element.addEventListener("scroll", look, { passive: true });
    return () => element.removeEventListener("scroll", look);
  }, [scroller]);
  const stay = useEffectEvent((at: number, now: number) => {
    if (now === 0) return;
    if (at >= 0 && !isThere.current) {
      isThere.current = true;
      following.toEntry();
    } else if (atEnd.current) following.toEnd();
  });
  useLayoutEffect(() => stay(entryAt, grown), [entryAt, grown]);
}
