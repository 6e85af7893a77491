// Owns what a test file in this folder stands on: a server of its own, the world, and workers as
// processes, each with an empty directory of its own, which take each other's place.
import { join } from "node:path";
import { expect } from "vitest";
import type { StatusView } from "../../../contract/api.ts";
import type { AgentLimits } from "../../../contract/agent.ts";
import type { EventType, TaskEvent } from "../../../contract/event.ts";
import { chainProblem } from "../../../core/log.ts";
import type { ServePart, Worker } from "../../../index.ts";
import { createApp, createFsArtifactStore } from "../../../index.ts";
import { createLogger } from "../../../services/log.ts";
import { dataOf, type Task, taskAt } from "../../agent/support/task.ts";
import { startEngine, type TestEngine } from "../../support/restate.ts";
import type { WorkerProcess } from "../../support/worker-process.ts";
import { CLERK, createClerk } from "./clerk.ts";
import { openWorld, type World } from "./world.ts";

export interface SpawnOptions {
  /** Of a worker that is gone: takes its place, and is not registered again. */
  readonly port?: number;
  /** A release to come, which writes the head in the next version. */
  readonly newer?: boolean;
  readonly limits?: Partial<AgentLimits>;
  readonly only?: ServePart;
}

export interface RecoveryScene {
  readonly engine: TestEngine;
  readonly world: World;
  spawn(options?: SpawnOptions): Promise<WorkerProcess>;
  task(id: string): Task;
  /** Starts a task whose model does as the plan says. */
  start(id: string, plan: string): Promise<Task>;
  /** A worker in this process that serves nobody and only supervises. */
  watch(): Promise<Worker>;
  /** The invocations that execute segments and have not completed. */
  segments(): Promise<readonly { readonly id: string; readonly status: string }[]>;
  stop(): Promise<void>;
}

export async function openRecoveryScene(): Promise<RecoveryScene> {
  const engine = await startEngine();
  const world = await openWorld();
  let spawned = 0;
  const around: Surroundings = {
    engine,
    world,
    emptyDirectory: () => join(engine.directory, `artifacts-${(spawned += 1)}`),
  };
  const watchers: Worker[] = [];
  const task: RecoveryScene["task"] = (id) => taskAt(engine, CLERK, id);
  return {
    engine,
    world,
    spawn: (options = {}) => spawn(around, options),
    task,
    async start(id, plan) {
      await task(id).start(`${id}\n${plan}`);
      return task(id);
    },
    async watch() {
      const watcher = await watch(around);
      watchers.push(watcher);
      return watcher;
    },
    async segments() {
      const rows = await engine.admin.query(
        `SELECT id, status FROM sys_invocation WHERE target_service_name = '${CLERK}'
         AND target_handler_name IN ('begin', 'run', 'wake')
         AND status NOT IN ('completed', 'scheduled')`,
      );
      return rows.map(({ id, status }) => ({ id: String(id), status: String(status) }));
    },
    async stop() {
      await world.close();
      await engine.stop();
      await Promise.all(watchers.map((watcher) => watcher.drain()));
    },
  };
}

interface Surroundings {
  readonly engine: TestEngine;
  readonly world: World;
  emptyDirectory(): string;
}

async function spawn(
  { engine, world, emptyDirectory }: Surroundings,
  { port, newer = false, limits = {}, only = {} }: SpawnOptions,
): Promise<WorkerProcess> {
  const env = {
    INGRESS_URL: engine.ingressUrl,
    ADMIN_URL: engine.adminUrl,
    WORLD_URL: world.url,
    ARTIFACTS: emptyDirectory(),
    LIMITS: JSON.stringify(limits),
    ONLY: JSON.stringify(only),
  };
  const today = new URL("./worker.ts", import.meta.url);
  const file = newer ? new URL("./newer-worker.ts", import.meta.url) : today;
  const options = { register: false, ...(port === undefined ? {} : { port }) };
  const worker = await engine.spawnWorker(file, env, options);
  if (port !== undefined) return worker;
  for (const path of pathsOf(only)) await engine.admin.registerDeployment(`${worker.url}${path}`);
  return worker;
}

async function watch({ engine, emptyDirectory }: Surroundings): Promise<Worker> {
  const { agent, providers } = createClerk(async () => {});
  const app = createApp({
    agents: [agent],
    providers,
    artifacts: createFsArtifactStore({ directory: emptyDirectory() }),
    ingressUrl: engine.ingressUrl,
    adminUrl: engine.adminUrl,
    logger: createLogger("silent"),
  });
  return app.serve({ port: 0 });
}

function pathsOf({ agents = true, tools = true, waiters = true }: ServePart): readonly string[] {
  return [
    ...(agents === false ? [] : ["/agents"]),
    ...(tools === false ? [] : ["/tools"]),
    ...(waiters ? ["/waiters/v1", "/control"] : []),
  ];
}

/** How a task came to an end, checked for what holds of every one: a sound log, a final answer. */
export async function endOf(
  task: Task,
): Promise<{ readonly view: StatusView; readonly log: readonly TaskEvent[] }> {
  const view = await task.until("idle", "failed");
  const log = await task.log();
  expect(chainProblem(log)).toBeUndefined();
  return { view, log };
}

/** Points of the world with how often a task came to each. */
export function countOf(points: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const point of points) counts[point] = (counts[point] ?? 0) + 1;
  return counts;
}

/** The types of events of a log that do not depend on where its segments begin. */
export function storyOf(log: readonly TaskEvent[]): readonly EventType[] {
  const SHELL: ReadonlySet<EventType> = new Set<EventType>(["segment.started"]);
  return log.map((event) => event.type).filter((type) => !SHELL.has(type));
}

/** The outcome of each tool call, as the log has it. */
export function outcomesOf(log: readonly TaskEvent[]): readonly string[] {
  return dataOf(log, "tool.returned").map(
    ({ tool, attempt, outcome }) => `${tool} ${attempt} ${outcome}`,
  );
}
