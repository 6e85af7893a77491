// Owns the one stream of all tasks that the console reads while it is open. What it tells is put into the lists
// that are shown, and what is counted or made of tasks is asked for again: nothing is polled.
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import type { ListedTask } from "../../contract/lists.ts";
import { mergeTasks, type TaskFilter, type TaskPages } from "../fleet/merge-tasks.ts";
import { type Connection, follow } from "./follow.ts";

/** Changes come in crowds: the page takes them in together, in milliseconds. */
const TOGETHER_MS = 100;
/** Lists that are made of tasks are asked for again at most so often, in milliseconds. */
const AGAIN_MS = 500;
/** First words of the keys of queries that any change of a task may change. */
const MADE_OF_TASKS = ["counts", "approvals", "effects"] as const;

const ConnectionContext = createContext<Connection>("connecting");

/** Of the stream of all tasks. */
export function useConnection(): Connection {
  return useContext(ConnectionContext);
}

export function NewsProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [connection, setConnection] = useState<Connection>("connecting");
  useEffect(() => {
    const gone = new AbortController();
    const take = createTaker(queries);
    let wasLost = false;
    const tellConnection = (next: Connection): void => {
      setConnection(next);
      // A stream that had told nothing yet has no place to go on from.
      if (next === "live" && wasLost) void queries.invalidateQueries({ queryKey: ["tasks"] });
      wasLost = next === "lost";
    };
    void follow({
      path: "/v1/stream",
      hear: ({ event, data }) => event === "task" && take.one(JSON.parse(data) as ListedTask),
      tellConnection,
      signal: gone.signal,
    }).catch(() => setConnection("lost"));
    return () => {
      gone.abort();
      take.stop();
    };
  }, [queries]);
  return <ConnectionContext value={connection}>{children}</ConnectionContext>;
}

function createTaker(queries: QueryClient) {
  let changes: ListedTask[] = [];
  let merging: ReturnType<typeof setTimeout> | undefined;
  let asking: ReturnType<typeof setTimeout> | undefined;
  const merge = (): void => {
    merging = undefined;
    const merged = changes;
    changes = [];
    for (const { queryKey } of queries.getQueryCache().findAll({ queryKey: ["tasks"] })) {
      const filter = queryKey[1] as TaskFilter;
      queries.setQueryData<TaskPages>(queryKey, (data) => data && mergeTasks(data, merged, filter));
    }
    asking ??= setTimeout(askAgain, AGAIN_MS);
  };
  const askAgain = (): void => {
    asking = undefined;
    for (const name of MADE_OF_TASKS) void queries.invalidateQueries({ queryKey: [name] });
  };
  return {
    one(task: ListedTask) {
      changes.push(task);
      merging ??= setTimeout(merge, TOGETHER_MS);
    },
    stop() {
      clearTimeout(merging);
      clearTimeout(asking);
    },
  };
}
