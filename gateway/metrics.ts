// Owns the metrics in Prometheus' form: how many tasks stand how, and what the gateway itself does. Labels
// are names of the configuration (agents, statuses, routes), never ids, owners or tenants.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { TASK_STATUSES } from "../contract/status.ts";
import type { AdminClient } from "../services/engine/admin.ts";
import { headsWith } from "./list/heads.ts";
import { ownKeys } from "./list/page.ts";

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
      const tasks = await readTasks(query, tenant);
      const parts = [tasks, ...(tenant === undefined ? [own] : [])];
      return (await Promise.all(parts.map((each) => each.metrics()))).join("\n");
    },
  };
}

/** Read anew each time: whoever scrapes decides how often. */
async function readTasks(
  query: AdminClient["query"],
  tenant: string | undefined,
): Promise<Registry> {
  const rows = await query(`SELECT service_name AS agent, status, count(*) AS tasks,
      count(stuck_at) AS stuck, min(since) AS oldest FROM ${headsWith("status", "since", "stuck_at")}
  WHERE created_at IS NOT NULL AND ${ownKeys(tenant)} GROUP BY service_name, status`);
  const registry = new Registry();
  const labelNames = ["agent", "status"];
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const tasks = gauge("holdfast_tasks", "Tasks, by agent and status.");
  const stuck = gauge("holdfast_tasks_stuck", "Tasks that were found not to move.");
  const age = gauge(
    "holdfast_task_status_age_seconds",
    "How long the task has its status that has had it longest.",
  );
  const now = Date.now();
  // What was there and is no more is 0, and not absent: a rule about it would never fire.
  for (const agent of new Set(rows.map((row) => String(row["agent"])))) {
    for (const status of TASK_STATUSES) tasks.set({ agent, status }, 0);
  }
  for (const row of rows) {
    const labels = { agent: String(row["agent"]), status: String(row["status"]) };
    tasks.set(labels, Number(row["tasks"]));
    stuck.set(labels, Number(row["stuck"]));
    age.set(labels, Math.max(0, (now - Number(row["oldest"])) / 1_000));
  }
  return registry;
}
