// Owns the metrics in Prometheus' form: how many tasks stand how, and what the gateway itself does. Labels
// are names of the configuration (agents, statuses, routes), never ids, owners or tenants.
import { collectDefaultMetrics, Counter, Histogram, Registry } from "prom-client";
import type { AdminClient } from "../services/engine/admin.ts";
import { readRetrying, readTasks } from "./task-metrics.ts";

export interface Metrics {
  /** What became of one request, and how long it took in seconds. */
  observe(route: string, status: number, seconds: number): void;
  /**
   * As text. Of a tenant: its tasks and nothing of the process. Rejects with a problem while lists cannot
   * be read.
   */
  render(tenant: string | undefined): Promise<string>;
}

export function createMetrics(query: AdminClient["query"]): Metrics {
  const own = new Registry();
  collectDefaultMetrics({ register: own });
  const requests = new Counter({
    name: "holdfast_gateway_requests_total",
    help: "Requests that were answered, by route and status code.",
    labelNames: ["route", "status"],
    registers: [own],
  });
  const seconds = new Histogram({
    name: "holdfast_gateway_request_duration_seconds",
    help: "Time until a request was answered; of streams until they began.",
    labelNames: ["route"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
    registers: [own],
  });
  return {
    observe: (route, status, took) => {
      requests.inc({ route, status: String(status) });
      seconds.observe({ route }, took);
    },
    render: async (tenant) => {
      if (tenant !== undefined) return textOf([await readTasks(query, tenant)]);
      const read = await Promise.all([readTasks(query, tenant), readRetrying(query)]);
      return textOf([...read, own]);
    },
  };
}

async function textOf(registries: readonly Registry[]): Promise<string> {
  return (await Promise.all(registries.map((each) => each.metrics()))).join("\n");
}
