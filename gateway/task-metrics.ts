// Owns the metrics that are read from the server when somebody scrapes: how tasks stand, what they have used,
// and which services' invocations fail and are tried again. Labels are as metrics.ts says.
import { Gauge, Registry } from "prom-client";
import { TASK_STATUSES } from "../contract/status.ts";
import type { AdminClient } from "../services/engine/admin.ts";
import { headsWith } from "./list/heads.ts";
import { ownKeys } from "./list/page.ts";

type Query = AdminClient["query"];
type Row = Awaited<ReturnType<Query>>[number];

/** Read anew each time: whoever scrapes decides how often. */
export async function readTasks(query: Query, tenant: string | undefined): Promise<Registry> {
  const columns = ["status", "since", "stuck_at", "input_tokens", "output_tokens"] as const;
  const rows = await query(`SELECT service_name AS agent, status, count(*) AS tasks,
      count(stuck_at) AS stuck, min(since) AS oldest,
      sum(input_tokens) AS input, sum(output_tokens) AS output FROM ${headsWith(...columns)}
  WHERE created_at IS NOT NULL AND ${ownKeys(tenant)} GROUP BY service_name, status`);
  const registry = new Registry();
  tellStatuses(registry, rows);
  tellTokens(registry, rows);
  return registry;
}

function tellStatuses(registry: Registry, rows: readonly Row[]): void {
  const labelNames = ["agent", "status"];
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const tasks = gauge("holdfast_tasks", "Tasks, by agent and status.");
  const stuck = gauge("holdfast_tasks_stuck", "Tasks that were found not to move.");
  const age = gauge(
    "holdfast_task_status_age_seconds",
    "How long the task has its status that has had it longest; 0 where there is none.",
  );
  const now = Date.now();
  // What was there and is no more is 0, and not absent: a rule about it would never fire.
  for (const agent of agentsIn(rows)) {
    for (const status of TASK_STATUSES) {
      for (const each of [tasks, stuck, age]) each.set({ agent, status }, 0);
    }
  }
  for (const row of rows) {
    const labels = { agent: String(row["agent"]), status: String(row["status"]) };
    tasks.set(labels, Number(row["tasks"]));
    stuck.set(labels, Number(row["stuck"]));
    age.set(labels, Math.max(0, (now - Number(row["oldest"])) / 1_000));
  }
}

function tellTokens(registry: Registry, rows: readonly Row[]): void {
  const tokens = new Gauge({
    name: "holdfast_task_tokens",
    help: "Tokens that the models of all tasks that are there have used; those of a purged task are gone.",
    labelNames: ["agent", "direction"],
    registers: [registry],
  });
  for (const agent of agentsIn(rows)) {
    const own = rows.filter((row) => String(row["agent"]) === agent);
    for (const direction of ["input", "output"] as const)
      tokens.set(
        { agent, direction },
        own.reduce((sum, row) => sum + Number(row[direction]), 0),
      );
  }
}

function agentsIn(rows: readonly Row[]): ReadonlySet<string> {
  return new Set(rows.map((row) => String(row["agent"])));
}

/** Of the whole server: what a tenant's are cannot be told from a service. */
export async function readRetrying(query: Query): Promise<Registry> {
  const rows = await query(`SELECT s.name AS service, count(i.id) AS retrying FROM sys_service s
    LEFT JOIN sys_invocation i
      ON i.target_service_name = s.name AND i.status IN ('backing-off', 'paused')
    GROUP BY s.name`);
  const registry = new Registry();
  const retrying = new Gauge({
    name: "holdfast_invocations_retrying",
    help: "Invocations that failed and are tried again, or were paused after many attempts, by service.",
    labelNames: ["service"],
    registers: [registry],
  });
  for (const row of rows)
    retrying.set({ service: String(row["service"]) }, Number(row["retrying"]));
  return registry;
}
