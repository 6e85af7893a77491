// Owns the reading of one task: its stream while it is shown, and, whenever that says something, its status and
// why it does not move.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { StatusView } from "../../contract/api.ts";
import type { Explanation } from "../../contract/explanation.ts";
import { type Connection, follow } from "../api/follow.ts";
import { ask, taskPath } from "../api/gateway.ts";
import { createTaskLog, type LogView } from "./task-log.ts";

/** Events come in crowds: they are drawn together, in milliseconds. */
const TOGETHER_MS = 60;
/** After the last event, in milliseconds. */
const SETTLED_MS = 150;

export interface TaskName {
  readonly agent: string;
  readonly taskId: string;
}

export interface LogReading {
  readonly log: LogView;
  readonly connection: Connection;
  readonly error: unknown;
}

const NOTHING = createTaskLog().view();

/** `may`: whether the caller may read what was said and done. */
export function useTaskLog({ agent, taskId }: TaskName, may: boolean): LogReading {
  const queries = useQueryClient();
  const [reading, setReading] = useState<LogReading>(begun);
  useEffect(() => {
    if (!may) return;
    const gone = new AbortController();
    const log = createTaskLog();
    let drawing: ReturnType<typeof setTimeout> | undefined;
    let settling: ReturnType<typeof setTimeout> | undefined;
    let connection: Connection = "connecting";
    const draw = (): void => {
      drawing = undefined;
      setReading({ log: log.view(), connection, error: undefined });
    };
    const settled = (): void => {
      settling = undefined;
      void queries.invalidateQueries({ queryKey: ["task", agent, taskId] });
    };
    const tell = (next: Connection): void => {
      connection = next;
      drawing ??= setTimeout(draw, TOGETHER_MS);
    };
    const following = follow({
      path: taskPath(agent, taskId, "/stream"),
      hear: (event) => {
        log.take(event);
        drawing ??= setTimeout(draw, TOGETHER_MS);
        if (event.event !== "log") return;
        clearTimeout(settling);
        settling = setTimeout(settled, SETTLED_MS);
      },
      tellConnection: tell,
      signal: gone.signal,
    });
    following.catch((error: unknown) => {
      if (!gone.signal.aborted) setReading({ log: log.view(), connection: "lost", error });
    });
    return () => {
      gone.abort();
      clearTimeout(drawing);
      clearTimeout(settling);
      setReading(begun);
    };
  }, [queries, agent, taskId, may]);
  return reading;
}

const begun: LogReading = { log: NOTHING, connection: "connecting", error: undefined };

export function useStatus({ agent, taskId }: TaskName) {
  return useQuery({
    queryKey: ["task", agent, taskId, "status"],
    queryFn: ({ signal }) => ask<StatusView>(taskPath(agent, taskId, "/status"), { signal }),
  });
}

export function useExplanation({ agent, taskId }: TaskName) {
  return useQuery({
    queryKey: ["task", agent, taskId, "explain"],
    queryFn: ({ signal }) => ask<Explanation>(taskPath(agent, taskId, "/explain"), { signal }),
  });
}
