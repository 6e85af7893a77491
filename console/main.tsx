// Owns the start of the console: styles, the router, and the cache of what the gateway answered.
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRouter, RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { isProblem } from "./api/gateway.ts";
import { applyTheme } from "./app/preferences.ts";
import { routeTree } from "./app/routes.tsx";
import { parseSearch, writeSearch } from "./app/search-fields.ts";
import { CommandsProvider } from "./keyboard/commands.tsx";
import "./style/tokens.css";
import "./style/base.css";

const queries: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Streams say what has changed; the focus of a window says nothing.
      refetchOnWindowFocus: false,
      staleTime: 30_000,
      // What was refused stays refused.
      retry: (times, error) =>
        times < 2 && !(isProblem(error) && error.status < 500 && error.status > 0),
    },
  },
  queryCache: new QueryCache({
    onError: (error, { queryKey }) => {
      // A credential that has come to its end: the shell asks for another one.
      const ended = isProblem(error) && error.status === 401 && queryKey[0] !== "caller";
      if (ended) void queries.resetQueries({ queryKey: ["caller"] });
    },
  }),
});

const router = createRouter({
  routeTree,
  basepath: "/console",
  parseSearch,
  stringifySearch: writeSearch,
  defaultPreload: "intent",
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

applyTheme();
const root = document.getElementById("console");
if (root === null) throw new Error("index.html has no element #console");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <CommandsProvider>
        <RouterProvider router={router} />
      </CommandsProvider>
    </QueryClientProvider>
  </StrictMode>,
);
