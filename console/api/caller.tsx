// Owns who sits in front of the console, as the gateway knows it, and what it may do: a screen offers nothing
// that the gateway would refuse.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useMemo } from "react";
import type { CallerView } from "../../contract/lists.ts";
import type { TaskStatus } from "../../contract/status.ts";
import { forgetCredential, keepCredential } from "./credential.ts";
import { ask, isProblem } from "./gateway.ts";

export interface Caller extends CallerView {
  /** Whether a route of docs/roles.md takes the caller, such as `task.resume`. */
  may(route: string): boolean;
  /** Whether the caller may use a verb of control, and a task in this status takes it. */
  mayNow(verb: string, status: TaskStatus): boolean;
}

const CallerContext = createContext<Caller | undefined>(undefined);

export function CallerProvider({ caller, children }: { caller: CallerView; children: ReactNode }) {
  const value = useMemo(() => withAnswers(caller), [caller]);
  return <CallerContext value={value}>{children}</CallerContext>;
}

/** Of every screen: it is shown to a known caller only. */
export function useCaller(): Caller {
  const caller = useContext(CallerContext);
  if (caller === undefined) throw new Error("useCaller belongs below CallerProvider");
  return caller;
}

function withAnswers(caller: CallerView): Caller {
  const routes = new Set(caller.routes);
  const may = (route: string): boolean => routes.has(route);
  return {
    ...caller,
    may,
    mayNow: (verb, status) => may(`task.${verb}`) && caller.verbs[verb]?.includes(status) === true,
  };
}

/** `known`, `unknown` (it has to sign in), or not told yet. */
export function useSignedIn() {
  const { data, error, refetch } = useQuery({
    queryKey: ["caller"],
    queryFn: ({ signal }) => ask<CallerView>("/v1/me", { signal }),
    staleTime: Infinity,
    retry: (times, failure) => times < 2 && !(isProblem(failure) && failure.status === 401),
  });
  const mustSignIn = isProblem(error) && error.status === 401;
  return { caller: data, error: mustSignIn ? undefined : error, mustSignIn, refetch };
}

export function useSignIn() {
  const queries = useQueryClient();
  return {
    signIn: async (value: string) => {
      keepCredential(value);
      await queries.resetQueries({ queryKey: ["caller"] });
    },
    /** The page begins anew: nothing that was read stays in its memory. */
    signOut: () => {
      forgetCredential();
      window.location.reload();
    },
  };
}
