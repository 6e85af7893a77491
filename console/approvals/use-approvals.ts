// Owns the reading of approvals: the inbox as far as somebody scrolls, and one whole package. Both are asked
// for again when any task changes (api/news.tsx).
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import type { ApprovalView } from "../../contract/approval-api.ts";
import type { ApprovalList } from "../../contract/lists.ts";
import type { RulesView } from "../../contract/oversight.ts";
import { ask } from "../api/gateway.ts";
import { approvalPath } from "./decide.ts";

/** As it stands in the address. */
export interface ApprovalFilter {
  readonly agent?: string;
  readonly kind?: string;
  readonly risk?: string;
  readonly claimed?: string;
}

const PAGE = 100;

export function useApprovals(filter: ApprovalFilter) {
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery({
      queryKey: ["approvals", "list", filter],
      queryFn: ({ pageParam, signal }) => {
        const cursor = pageParam === "" ? {} : { cursor: pageParam };
        const query = { ...filter, limit: PAGE, ...cursor };
        return ask<ApprovalList>("/v1/approvals", { query, signal });
      },
      initialPageParam: "",
      getNextPageParam: ({ cursor }) => cursor,
    });
  const approvals = useMemo(() => data?.pages.flatMap((page) => page.approvals) ?? [], [data]);
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return { approvals, error, isPending, hasMore: hasNextPage, loadMore, refetch };
}

export function useApproval(approvalId: string) {
  return useQuery({
    queryKey: ["approvals", "one", approvalId],
    queryFn: ({ signal }) => ask<ApprovalView>(approvalPath(approvalId), { signal }),
  });
}

/** The rules in force: they change when the app does. */
export function useRules(enabled = true) {
  return useQuery({
    queryKey: ["rules"],
    queryFn: ({ signal }) => ask<RulesView>("/v1/rules", { signal }),
    enabled,
    staleTime: 60_000,
  });
}
