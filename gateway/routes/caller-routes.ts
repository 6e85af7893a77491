// Owns the route by which a caller learns who it is here, and what it may do: pages offer nothing else.
import type { CallerView } from "../../contract/lists.ts";
import { VERBS } from "../../core/control/verbs.ts";
import { TAKES } from "../roles.ts";
import { type Route, route } from "../route.ts";

/** `all`: every route, this one included. */
export function callerRoutes(all: () => readonly Route[]): readonly Route[] {
  return [
    route({
      name: "caller.show",
      method: "GET",
      path: "/v1/me",
      summary: "Who the caller is, which routes take its roles, and when a task takes which verb.",
      roles: TAKES.EVERYBODY,
      perform: async ({ caller }, { restateConsole }): Promise<CallerView> => {
        const { principal, tenant, roles } = caller;
        const takes = ({ roles: of }: Route) =>
          of === "anyone" || of.some((role) => roles.includes(role));
        const verbs = Object.entries(VERBS).map(([verb, { taken }]) => [verb, taken] as const);
        return {
          principal,
          ...(tenant === undefined ? {} : { tenant }),
          roles,
          routes: all()
            .filter(takes)
            .map(({ name }) => name),
          verbs: Object.fromEntries(verbs),
          ...(restateConsole === undefined ? {} : { restateConsole }),
        };
      },
    }),
  ];
}
