// Owns the routes about the gateway itself: whether it lives, whether the runtime behind it works, and
// its own description.
import { describeApi } from "../describe-api.ts";
import { TAKES } from "../roles.ts";
import { type Route, route } from "../route.ts";

/** `all`: every route, these included. */
export function serviceRoutes(all: () => readonly Route[]): readonly Route[] {
  return [
    route({
      name: "service.health",
      method: "GET",
      path: "/health",
      summary: "The process answers; it says nothing of the runtime.",
      roles: "anyone",
      perform: async () => ({ status: "ok" }),
    }),
    route({
      name: "service.ready",
      method: "GET",
      path: "/ready",
      summary: "The runtime takes an invocation, and a worker answers it; else 503 or 504.",
      roles: "anyone",
      perform: async (_, { checkReady }) => {
        await checkReady();
        return { status: "ready" };
      },
    }),
    route({
      name: "service.metrics",
      method: "GET",
      path: "/metrics",
      summary:
        "Prometheus' text: how many tasks stand how; without a tenant the gateway's own as well.",
      roles: TAKES.METRICS,
      perform: async ({ caller }, { metrics }) => {
        const text = await metrics.render(caller.tenant);
        return new Response(text, { headers: { "content-type": "text/plain; version=0.0.4" } });
      },
    }),
    route({
      name: "service.openapi",
      method: "GET",
      path: "/v1/openapi.json",
      summary: "This API as OpenAPI 3.1.",
      roles: "anyone",
      perform: async () => describeApi(all()),
    }),
  ];
}
