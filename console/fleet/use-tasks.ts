// Owns the reading of the list: page by page as far as somebody scrolls, and the counts beside it. Changes
// come by the stream (api/news.tsx).
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import type { TaskCounts, TaskList } from "../../contract/lists.ts";
import { ask } from "../api/gateway.ts";
import type { TaskFilter } from "./merge-tasks.ts";

/** As the gateway allows at most. */
const PAGE = 200;

export function useTasks(filter: TaskFilter) {
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery({
      queryKey: ["tasks", filter],
      queryFn: ({ pageParam, signal }) => {
        const cursor = pageParam === "" ? {} : { cursor: pageParam };
        return ask<TaskList>("/v1/tasks", { query: { ...filter, limit: PAGE, ...cursor }, signal });
      },
      initialPageParam: "",
      getNextPageParam: ({ cursor }) => cursor,
    });
  const tasks = useMemo(() => data?.pages.flatMap((page) => page.tasks) ?? [], [data]);
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return { tasks, error, isPending, hasMore: hasNextPage, loadMore, refetch };
}

export function useCounts({ agent, owner }: TaskFilter) {
  return useQuery({
    queryKey: ["counts", agent, owner],
    queryFn: ({ signal }) =>
      ask<TaskCounts>("/v1/tasks/counts", { query: { agent, owner }, signal }),
    placeholderData: keepPreviousData,
  });
}
